// What becomes dearer as there is more: the engine by the length of the log, the queries by the number of patients.
import { randomUUID } from 'node:crypto';
import * as anamnesis from '../event-store/anamnesis.mjs';
import { eventData, eventMeta, StreamCursor } from '../event-store/workload.mjs';
import { anamnesisTarget, post } from '../http/targets.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { copy, EVENTS_PER_PATIENT, familyNameOf, generateClinic, givenNameOf } from '../lib/generate.mjs';
import { closedLoop, cpuMeter, median, n0, n2, percentile } from '../lib/measure.mjs';
import { connected, freshDatabase, run } from '../lib/postgres.mjs';
import { profiledChild, profiles } from '../lib/profile.mjs';
import { headers, rounds } from '../lib/rounds.mjs';
import { statementsOf } from '../lib/statements.mjs';

const LOGS = options.short ? [1_000, 10_000] : [1_000, 100_000, 1_000_000];
const CLINICS = options.short ? [100, 1_000] : [1_000, 20_000, 200_000];
const CATCH_UP = options.short ? 1_000 : 20_000;
const ASKED = options.short ? 10 : 200;
/** Beyond this a cost grows with the table. */
const SUSPICIOUS = 1.5;

export async function measure() {
  const engine = await ofTheEngine();
  const queries = await ofTheQueries();
  return {
    title: 'Growth',
    how: `The growth factor is the cost at the largest size as a multiple of that at the smallest: CPU per operation for the engine, latency for the queries. A cost that grows with the table where it should not is a defect: more than ${SUSPICIOUS} is set in bold.`,
    tables: [...engine.tables, ...queries.tables],
    notes: [
      'A search for a rarer name, or for a birth date, finds next to nobody among 1,000 patients and fills its page among 200,000: there the answer grows, not the way to it.',
      ...queries.notes,
    ],
  };
}

const growth = (factor) => (factor > SUSPICIOUS ? `**${n2(factor)}**` : n2(factor));

async function ofTheEngine() {
  const logs = {};
  for (const events of LOGS) logs[n0(events)] = await filledLog(events);
  const names = Object.keys(logs);
  const [smallest, largest] = [names[0], names.at(-1)];
  const rows = [];
  const compare = async (what, once) => {
    const compared = await rounds(
      `${what} by events in the log`,
      names,
      (name) => once(logs[name]),
      options.short ? 1 : 3,
    );
    for (const name of names) {
      const factor = name === largest ? growth(compared.cpuPerOp(largest) / compared.cpuPerOp(smallest)) : '';
      rows.push([what, name, factor, ...compared.cells(name, smallest)]);
    }
  };
  await compare('append', appendTo);
  await compare('load of 100 events', loadFrom);
  await compare('projection', projectFrom);

  const { url, events } = logs[largest];
  const bytes = await sizes(url, events);
  return {
    tables: [
      { caption: 'The engine', headers: ['what', 'events in the log', 'growth', ...headers(smallest)], rows },
      bytes,
    ],
  };
}

/** Streams of 100 events, every hundredth of them, among streams of four; the events of each lie scattered over the log. */
async function filledLog(events) {
  const url = await freshDatabase(`growth_${events}`, anamnesis.install);
  const long = Math.max(1, Math.min(300, Math.floor(events / 1_000)));
  const longStreams = Array.from({ length: long }, () => randomUUID());
  const shortStreams = Array.from({ length: Math.ceil((events - long * 100) / 4) }, () => randomUUID());
  const order = function* () {
    const rest = [...shortStreams.keys()];
    for (let version = 1; version <= 100; version++) {
      for (const id of longStreams) yield [id, version];
      const share = Math.ceil(rest.length / 100);
      for (const i of rest.slice((version - 1) * share, version * share)) {
        for (let v = 1; v <= 4; v++) yield [shortStreams[i], v];
      }
    }
  };
  let position = 0;
  await connected(url, async (client) => {
    const lines = function* () {
      for (const id of longStreams) yield [id, 'bench.patient', 100];
      for (const id of shortStreams) yield [id, 'bench.patient', 4];
    };
    await copy(client, 'write.streams', lines());
    const rows = function* () {
      const now = new Date().toISOString();
      const metadata = JSON.stringify(eventMeta());
      for (const [id, version] of order()) {
        position++;
        yield [
          position,
          id,
          version,
          randomUUID(),
          'bench.patient-registered',
          1,
          JSON.stringify(eventData(position)),
          metadata,
          now,
        ];
      }
    };
    await copy(client, 'write.events', rows());
    await client.query(`select setval('write.event_position', $1)`, [position]);
    await client.query(anamnesis.projectionSchema);
    await client.query(
      `insert into ${anamnesis.readTable} select stream_id, 'Given', 'Family', 'Springfield', version, now() from write.streams`,
    );
    await client.query('vacuum analyze');
  });
  return { url, events: position, longStreams };
}

async function appendTo({ url }) {
  const clients = 8;
  const store = await anamnesis.open({ url, clients });
  const cursors = Array.from({ length: clients }, () => new StreamCursor());
  try {
    return await closedLoop({
      clients,
      seconds: SECONDS,
      op: (client, i) => {
        const { id, expected } = cursors[client].next();
        return store.append(id, expected, i);
      },
    });
  } finally {
    await store.close();
  }
}

async function loadFrom({ url, longStreams }) {
  const store = await anamnesis.open({ url, clients: 1 });
  try {
    return await closedLoop({
      clients: 1,
      seconds: SECONDS,
      op: () => store.read(longStreams[Math.floor(Math.random() * longStreams.length)]),
    });
  } finally {
    await store.close();
  }
}

/** The last events of the log, onto a read table that holds all the others. */
async function projectFrom({ url }) {
  const {
    rows: [{ from, until }],
  } = await run(
    url,
    `select min(position) - 1 as from, count(*)::int as until
     from (select position from write.events order by position desc limit $1) last`,
    [CATCH_UP],
  );
  await run(url, 'delete from write.subscriptions');
  await run(url, 'insert into write.subscriptions (name, position) values ($1, $2)', [anamnesis.subscription, from]);
  const meter = cpuMeter();
  const { events, seconds } = await anamnesis.project({ url, until });
  return { perSecond: events / seconds, p50: NaN, p99: NaN, cpu: meter() };
}

const storage = ['write.events', 'write.streams'];

async function sizes(url) {
  const { rows } = await run(
    url,
    `select relation, pg_total_relation_size(relation::regclass)::float8 as whole, pg_relation_size(relation::regclass)::float8 as heap,
       (select count(*) from write.events)::float8 as events,
       (select avg(pg_column_size(data) + pg_column_size(metadata))::float8 from write.events tablesample system (1)) as payload
     from unnest($1::text[]) relation`,
    [storage],
  );
  return {
    caption: `Storage of ${n0(rows[0].events)} events, with ${n0(rows[0].payload)} bytes of data and metadata each`,
    headers: ['table', 'bytes per event', 'of which indexes'],
    rows: rows.map(({ relation, whole, heap, events }) => [relation, n0(whole / events), n0((whole - heap) / events)]),
  };
}

async function ofTheQueries() {
  const medians = {};
  const notes = [];
  for (const count of CLINICS) {
    let clinic;
    const generate = async (url) => {
      clinic = await generateClinic(url, count);
      return clinic.people.map(({ patient }) => patient);
    };
    const target = await anamnesisTarget(count, { name: `clinic_${count}`, generate, profile: profiles('growth') });
    notes.push(
      `A clinic of ${n0(count)} patients, ${n0(count * EVENTS_PER_PATIENT)} events, was projected in ${n2(target.projectedIn)} s, boot included.`,
    );
    const { access_token: token } = await post(target.origin, '/dev/token', { role: 'admin' });
    medians[n0(count)] = await statementsOf('growth', target.url, `${n0(count)} patients`, () =>
      profiledChild(target.child, 'growth', `growth-${count}`, () => askAll(target.origin, token, queriesOf(clinic))),
    );
    await target.stop();
  }
  const names = Object.keys(medians);
  const rows = Object.keys(medians[names[0]]).map((query) => [
    query,
    ...names.map((name) => n2(medians[name][query])),
    growth(medians[names.at(-1)][query] / medians[names[0]][query]),
  ]);
  return {
    tables: [
      {
        caption: `Queries over HTTP, one at a time: p50 in ms by the number of patients (${EVENTS_PER_PATIENT} events each)`,
        headers: ['query', ...names, 'growth'],
        rows,
      },
    ],
    notes,
  };
}

/** Each gives the path of one question about somebody at random. */
function queriesOf({ people, practitioners, serviceType, tomorrow }) {
  const one = (list) => list[Math.floor(Math.random() * list.length)];
  const patient = () => one(people).patient;
  const seed = () => 1 + Math.floor(Math.random() * people.length);
  const window = `from=${tomorrow}&to=${new Date(Date.parse(tomorrow) + 86_400_000).toISOString()}`;
  const now = new Date().toISOString();
  return {
    patient: () => `patients/${patient()}`,
    'patient as of a moment': () => `patients/${patient()}?asOf=${now}`,
    'history of a patient': () => `patients/${patient()}/history`,
    'patients by prefix of a common name': () => 'patients?name=smit',
    'patients by prefix of a rarer name': () => `patients?name=family${Math.floor(Math.random() * 1000)}`,
    'patients by family and given name': () => `patients?name=${nameOf(seed()).join('%20')}`,
    'patients by given and family name': () => `patients?name=${nameOf(seed()).toReversed().join('%20')}`,
    'patients by family name and initial': () => `patients?name=${nameOf(seed())[0]}%20g`,
    'patients by similar name': () => 'patients?name=smyth&nameMatch=similar',
    'patients by a name like a family name, and a given name': () => `patients?name=smyth%20${givenNameOf(seed())}`,
    'patients by identifier': () => `patients?identifier=seed-${seed()}`,
    'patients by birth date': () => `patients?birthDate=${birthDate()}`,
    'patients, all by name': () => 'patients',
    chart: () => `patients/${patient()}/chart`,
    'chart as of a moment': () => `patients/${patient()}/chart?asOf=${now}`,
    timeline: () => `patients/${patient()}/timeline`,
    'trend of one code': () => `patients/${patient()}/observations/trend?code=http://loinc.org%7C8480-6`,
    encounter: () => `encounters/${one(people).encounter}`,
    condition: () => `conditions/${one(people).condition}`,
    'panel of observations': () => `observations/${one(people).observation}`,
    appointment: () => `appointments/${one(people).appointment}`,
    'appointments of a patient': () => `patients/${patient()}/appointments`,
    'agenda of a practitioner': () => `resources/${one(practitioners).id}/agenda?${window}`,
    availability: () => `availability?serviceTypeId=${serviceType}&resourceId=${one(practitioners).id}&${window}`,
    schedules: () => 'schedules',
    schedule: () => `schedules/${one(practitioners).id}`,
  };
}

const nameOf = (n) => [familyNameOf(n), givenNameOf(n)];

const birthDate = () =>
  new Date(Date.UTC(1940, 0, 1) + Math.floor(Math.random() * 29_000) * 86_400_000).toISOString().slice(0, 10);

/** Everything is asked once around before anything is measured: the code of a server that just began is not compiled yet. */
async function askAll(origin, token, queries) {
  const ask = async (path) => {
    const t0 = performance.now();
    const response = await fetch(`${origin}/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
    return performance.now() - t0;
  };
  for (const path of Object.values(queries)) for (let i = 0; i < ASKED / 2; i++) await ask(path());
  const latencies = {};
  for (const [name, path] of Object.entries(queries)) {
    const times = [];
    for (let i = 0; i < ASKED; i++) times.push(await ask(path()));
    times.sort((a, b) => a - b);
    latencies[name] = median(times);
    console.error(`${name}: p50 ${n2(latencies[name])}, p99 ${n2(percentile(times, 0.99))} ms`);
  }
  return latencies;
}
