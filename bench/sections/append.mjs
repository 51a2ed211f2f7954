// Appends to an event store: throughput and latency, with the expected version checked.
import { databaseNameOf, LIMIT, stores } from '../event-store/stores.mjs';
import { LENGTH, OPEN, StreamCursor } from '../event-store/workload.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { closedLoop } from '../lib/measure.mjs';
import { checkpoint, freshDatabase } from '../lib/postgres.mjs';
import { profiled } from '../lib/profile.mjs';
import { atLeast } from '../lib/report.mjs';
import { headers, rounds } from '../lib/rounds.mjs';

const CLIENTS = options.short ? [8] : [1, 8, 32];
const BATCHES = [1, 10];

export async function measure() {
  const url = {};
  for (const name of Object.keys(stores)) {
    url[name] = await freshDatabase(databaseNameOf('append', name), stores[name].install);
  }

  const measureOnce = async (name, clients, batch) => {
    const store = await stores[name].open({ url: url[name], clients, batch });
    const cursors = Array.from({ length: clients }, () => new StreamCursor());
    await checkpoint();
    const work = () =>
      closedLoop({
        clients,
        seconds: SECONDS,
        op: (client, i) => {
          const { id, expected } = cursors[client].next();
          return store.append(id, expected, i);
        },
      });
    try {
      return name === 'anamnesis' ? await profiled('append', `append-${clients}x${batch}`, work) : await work();
    } finally {
      await store.close();
    }
  };

  const rows = [];
  const targets = [];
  for (const clients of CLIENTS) {
    for (const batch of BATCHES) {
      // message-db writes one message a call
      const contenders = Object.keys(stores).filter((name) => batch === 1 || name !== 'message-db');
      const what = `append, ${clients} clients, ${batch} event${batch > 1 ? 's' : ''}`;
      const compared = await rounds(what, contenders, (name) => measureOnce(name, clients, batch));
      for (const name of contenders) rows.push([clients, batch, name, ...compared.cells(name, LIMIT)]);
      if (clients === 1) continue;
      targets.push(atLeast(`${what}: of raw SQL`, compared.ratio('anamnesis', LIMIT), '0.90'));
      for (const peer of contenders.slice(2)) {
        targets.push(atLeast(`${what}: × ${peer}`, compared.ratio('anamnesis', peer), '2.40'));
      }
    }
  }
  return {
    title: 'Append',
    how: `Events of about 400 bytes. A client appends to ${OPEN} streams in turn; one append in ${LENGTH} creates a stream. Raw SQL is the tightest statement that we know, without a catalogue of events, ids, actor and what else an application needs; anamnesis is the engine's own \`EventStore.commit\`. message-db has one category, and writes one event a call. A checkpoint comes first each time, so that files of the write-ahead log are used again, as on a server that has run for longer.`,
    tables: [{ headers: ['clients', 'events', 'store', ...headers(LIMIT)], rows }],
    targets,
  };
}
