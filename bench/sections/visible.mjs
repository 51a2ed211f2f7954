// From the append of an event to its row in the read model.
import { anamnesisTarget, caughtUp } from '../http/targets.mjs';
import { wrk } from '../http/wrk.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { n0, n2, percentile, sleep } from '../lib/measure.mjs';
import { run } from '../lib/postgres.mjs';
import { profiledChild, profiles } from '../lib/profile.mjs';
import { atMost } from '../lib/report.mjs';

const PATIENTS = Number(process.env.BENCH_PATIENTS ?? (options.short ? 1_000 : 200_000));
const IDLE_WRITES = options.short ? 20 : 200;
const LOADED_SECONDS = options.short ? 2 : 5 * SECONDS;
const READ_TABLES = { patient_summary: 'id', patient_name_word: 'patient_id' };
const NAMES = Object.keys(READ_TABLES);

/** Each row says when it was written: a default, so that the projections know nothing of it. */
const stampRows = (url) =>
  run(
    url,
    NAMES.map((name) => `alter table read.${name} add column written_at timestamptz default clock_timestamp()`).join(
      ';',
    ),
  );

export async function measure() {
  const target = await anamnesisTarget(PATIENTS, { beforeStart: stampRows, profile: profiles('visible') });
  const idle = await phase(target, async (sample) => {
    for (let i = 0; i < IDLE_WRITES; i++) {
      await sample();
      await sleep(20 + Math.random() * 60);
    }
  });
  const loaded = await phase(target, async (sample) => {
    const running = profiledChild(target.child, 'visible', 'visible', () => wrk(target, 'create', LOADED_SECONDS));
    let over = false;
    void running.finally(() => (over = true));
    while (!over) {
      await sample();
      await sleep(50);
    }
    console.error(`create beside it: ${n0((await running).perSecond)}/s`);
  });
  await target.stop();

  const row = (name, { inside, outside }) => [
    name,
    n0(inside.length),
    ...[0.5, 0.99, 1].map((p) => n2(percentile(inside, p))),
    n0(outside.length),
    ...[0.5, 0.99].map((p) => n2(percentile(outside, p))),
  ];
  return {
    title: 'Commit to visible',
    how: `With ${n0(PATIENTS)} patients; the load is POST patient on 32 connections. *Inside* is measured for every patient by the database's clock: from the event's recorded time, inside of its append, until its last row is written in ${NAMES.join(' and ')}, so less than one commit off. *Outside* is what a client sees: the GET that sends the Consistency-Token of its POST, from request to answer.`,
    tables: [
      {
        headers: ['', 'patients', 'inside p50 ms', 'p99 ms', 'max ms', 'reads', 'outside p50 ms', 'p99 ms'],
        rows: [row('idle', idle), row('under load', loaded)],
      },
    ],
    targets: [
      atMost('commit to visible, idle, p99', percentile(idle.inside, 0.99), 50, ' ms'),
      atMost('commit to visible, under load, p99', percentile(loaded.inside, 0.99), 250, ' ms'),
    ],
  };
}

async function phase(target, work) {
  const {
    rows: [{ after }],
  } = await run(target.url, 'select max(position) as after from write.events');
  const outside = [];
  await work(async () => outside.push(await writeThenRead(target)));
  await caughtUp(target.url);
  const { rows } = await run(
    target.url,
    `select extract(epoch from greatest(${NAMES.map((name) => `${name}.written_at`).join(', ')}) - e.recorded_at) * 1000 as ms
     from write.events e ${NAMES.map((name) => `join read.${name} on ${name}.${READ_TABLES[name]} = e.stream_id`).join(' ')}
     where e.position > $1 and e.type = 'patients.patient-registered'`,
    [after],
  );
  const ascending = (values) => values.sort((a, b) => a - b);
  return { inside: ascending(rows.map(({ ms }) => Number(ms))), outside: ascending(outside) };
}

/** Milliseconds that the read waits for the write. */
async function writeThenRead({ origin, token }) {
  const authorization = `Bearer ${token}`;
  const created = await fetch(`${origin}/v1/patients`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: { family: 'Visible', given: ['Vera'] }, birthDate: '1984-06-21', gender: 'female' }),
  });
  const { id } = await created.json();
  const t0 = performance.now();
  const read = await fetch(`${origin}/v1/patients/${id}`, {
    headers: { authorization, 'consistency-token': created.headers.get('consistency-token') },
  });
  await read.arrayBuffer();
  if (read.status !== 200) throw new Error(`the read answered ${read.status}`);
  return performance.now() - t0;
}
