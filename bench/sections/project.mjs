// Projections: how fast a read table catches up with the log, and whether everything arrives while others write.
import * as anamnesis from '../event-store/anamnesis.mjs';
import * as emmett from '../event-store/emmett.mjs';
import { databaseNameOf, LIMIT, stores } from '../event-store/stores.mjs';
import { StreamCursor } from '../event-store/workload.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { closedLoop, cpuMeter, n0 } from '../lib/measure.mjs';
import { freshDatabase, run } from '../lib/postgres.mjs';
import { profiled } from '../lib/profile.mjs';
import { atLeast, atMost } from '../lib/report.mjs';
import { headers, rounds } from '../lib/rounds.mjs';

const SIZES = options.short ? [2_000] : [10_000, 40_000];
/** A slow consumer is stopped after this long: its rate is known by then. */
const DEADLINE_MS = options.short ? 3_000 : 12_000;
const WRITERS = 8;

export async function measure() {
  const rows = [];
  const targets = [];
  for (const size of SIZES) {
    const compared = await catchUp(size);
    for (const name of Object.keys(stores)) rows.push([n0(size), name, ...compared.cells(name, LIMIT)]);
    targets.push(atLeast(`projection of ${n0(size)} events: of raw SQL`, compared.ratio('anamnesis', LIMIT), '0.75'));
    targets.push(atLeast(`projection of ${n0(size)} events: × emmett`, compared.ratio('anamnesis', 'emmett'), '25'));
  }
  const arrived = [await lostByAnamnesis(), await lostByEmmett()];
  targets.push(atMost(`events lost with ${WRITERS} concurrent writers`, arrived[0].written - arrived[0].applied, 0));
  return {
    title: 'Projection',
    how: 'Catch-up of one read table from the start of the log, in batches of 500, with the checkpoint in the same transaction; streams have four events each. Anamnesis is timed from the start of its subscriptions, the claim of the lease included. emmett is given batches of 500 and 1 ms between them (its defaults are slower), message-db its category read with the write of raw SQL. The rate is of events; p50 and p99 do not apply.',
    tables: [
      { headers: ['events', 'consumer', ...headers(LIMIT)], rows },
      {
        caption: `Whether everything arrives with ${WRITERS} concurrent writers`,
        headers: ['consumer', 'events written', 'applied', 'lost'],
        rows: arrived.map(({ name, written, applied }) => [name, n0(written), n0(applied), n0(written - applied)]),
      },
    ],
    targets,
  };
}

async function catchUp(size) {
  const url = {};
  for (const [name, store] of Object.entries(stores)) {
    url[name] = await freshDatabase(databaseNameOf('project', name), store.install);
    await store.fill({ url: url[name], count: size / 4, length: 4 });
    await run(url[name], 'vacuum analyze');
  }
  return rounds(`projection of ${n0(size)} events`, Object.keys(stores), async (name) => {
    const store = stores[name];
    await run(url[name], store.dropProjection ?? 'drop table if exists read_patients, checkpoints');
    await run(url[name], store.projectionSchema);
    const meter = cpuMeter();
    const work = () => store.project({ url: url[name], until: size, deadline: DEADLINE_MS });
    const { events, seconds } =
      name === 'anamnesis' ? await profiled('project', `project-${size}`, work) : await work();
    const cpu = meter();
    const missing = events - (await appliedTo(url[name], store));
    return {
      perSecond: events / seconds,
      p50: NaN,
      p99: NaN,
      cpu,
      errors: Math.max(0, missing),
      lastError: 'not applied',
    };
  });
}

const appliedTo = async (url, { readTable = 'read_patients' }) =>
  (await run(url, `select coalesce(sum(events), 0)::int as n from ${readTable}`)).rows[0].n;

async function writeTo(store) {
  const cursors = Array.from({ length: WRITERS }, () => new StreamCursor());
  await closedLoop({
    clients: WRITERS,
    seconds: SECONDS,
    op: (client, i) => {
      const { id, expected } = cursors[client].next();
      return store.append(id, expected, i);
    },
  });
}

/** The projection runs while the writers write. */
async function lostByAnamnesis() {
  const url = await freshDatabase('concurrent_anamnesis', anamnesis.install);
  await run(url, anamnesis.projectionSchema);
  const store = await anamnesis.open({ url, clients: WRITERS + 4, projects: true });
  await writeTo(store);
  const written = (await run(url, 'select count(*)::int as n from write.events')).rows[0].n;
  await store.caughtUp();
  await store.close();
  return { name: 'anamnesis, beside the writers', written, applied: await appliedTo(url, anamnesis) };
}

/** The kinder way for it: the consumer begins when the writers are done. */
async function lostByEmmett() {
  const url = await freshDatabase('concurrent_emmett', emmett.install);
  const store = await emmett.open({ url, clients: WRITERS });
  await writeTo(store);
  await store.close();
  await run(url, emmett.projectionSchema);
  const written = (await run(url, 'select count(*)::int as n from emt_messages')).rows[0].n;
  await emmett.project({ url, batch: 100, pullMs: 1 });
  return { name: 'emmett, after the writers', written, applied: await appliedTo(url, emmett) };
}
