import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import type { Answer, CallerRole } from '../support/client.js';
import { Load } from '../support/load.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { RealProcess } from '../support/process.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

/**
 * Makes the data of a released build, to be carried on by every later one. It runs in a working copy of the release, so it imports
 * only what e2787b4 had already. README.md says how.
 */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';
const SEED = 20_261_126;
const HOUR = 3_600_000;
const run = promisify(execFile);

const release = process.env['RELEASE'] ?? 'unnamed';
const folder = join(__dirname, 'data');

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const asthma = { system: 'http://snomed.info/sct', code: '195967001', display: 'Asthma' };
const ibuprofen = { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '5640', display: 'Ibuprofen' };
const influenza = { system: 'http://hl7.org/fhir/sid/cvx', code: '140', display: 'Influenza, seasonal' };
const heartRate = { system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' };

interface Replay {
  readonly role: CallerRole;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly key: string;
  readonly status: number;
  readonly answer: unknown;
  readonly etag: string;
  readonly token: string;
}

/** They depend on the clock. */
const withoutActions = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'allowedActions' ? undefined : value)));

const leftovers: { server?: TestPostgres; readonly processes: RealProcess[] } = { processes: [] };
afterAll(async () => {
  for (const api of leftovers.processes) await api.kill();
  await leftovers.server?.remove();
});

it('the data of a release', async () => {
  const server = (leftovers.server = await startPostgres({ bin: POSTGRES_15, durable: false, label: 'release' }));
  await administer(server.url(), 'create database anamnesis');
  const databaseUrl = server.url('anamnesis');
  await run(process.execPath, ['dist/src/database/migrate.js'], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  const owner = new pg.Client({ connectionString: databaseUrl });
  owner.on('error', () => undefined);
  await owner.connect();

  const { processes } = leftovers;
  const start = async (role: 'all' | 'api') => {
    const api = new RealProcess({ databaseUrl, env: { MIGRATE_ON_START: 'false', ROLE: role } });
    await api.start();
    if (role === 'all') await api.ready();
    processes.push(api);
  };
  const end = async (how: 'stop' | 'kill') => {
    for (const api of processes.splice(0)) await api[how]();
  };
  const holds = async (condition: string, timeoutMs = 30_000) =>
    until(async () => {
      const { rows } = await owner.query<{ so: boolean }>(`select (${condition}) as so`);
      return rows[0]!.so;
    }, timeoutMs);
  const allSeen = `not exists (select from write.subscriptions where position < (select max(position) from write.events))
      and not exists (select from write.pending_commands where status = 'pending' and due_at < now())`;

  await start('all');
  const load = new Load(processes, SEED);
  const { ledger } = load;
  const replays: Replay[] = [];
  const send = async (
    role: CallerRole,
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Answer['body']> => {
    const answer = await ledger.command(role, method, path, body, headers);
    if (!answer) throw new Error(`${method} ${path}: ${JSON.stringify([ledger.refused.at(-1), ledger.faults])}`);
    replays.push({
      ...{
        role,
        method,
        path,
        ...(body && { body }),
        ...(headers && { headers }),
        key: ledger.acknowledged.at(-1)!.key,
        status: answer.status,
      },
      ...{ answer: answer.body as unknown, etag: answer.headers.get('etag') ?? '' },
      token: answer.headers.get('consistency-token') ?? '',
    });
    return answer.body;
  };
  const created = async (role: CallerRole, path: string, body: object) =>
    (await send(role, 'POST', path, body)).id as string;
  const person = (family: string) => ({
    name: { family, given: ['Ada', 'Augusta'] },
    birthDate: '1980-02-29',
    gender: 'female',
    telecom: [{ system: 'phone', value: '020 7946 0958', use: 'home' }],
    address: { line: ['12 St James’s Square'], city: 'London', postalCode: 'SW1Y 4LB', country: 'GB' },
  });
  const patient = (family: string) => created('receptionist', '/v1/patients', { ...person(family), identifiers: [] });

  // A clinic's day.
  await load.start(8);
  await load.goOn(220);
  await load.stop();

  // What a day of that kind does not have: every other command once.
  const ada = await patient('Byron');
  await send(
    'receptionist',
    'PUT',
    `/v1/patients/${ada}/demographics`,
    { change: 'new', ...person('Lovelace') },
    { 'if-match': '*' },
  );
  const passport = { system: 'urn:oid:2.16.840.1.113883.4.330', value: 'X4374756', type: 'PPN' };
  await send('receptionist', 'POST', `/v1/patients/${ada}/identifiers`, passport);
  await send('receptionist', 'POST', `/v1/patients/${ada}/identifiers/retirement`, {
    system: passport.system,
    value: passport.value,
  });
  await send('practitioner', 'POST', `/v1/patients/${ada}/death`, { deceasedAt: '2026-03-01T10:00:00Z' });
  await send('practitioner', 'POST', `/v1/patients/${ada}/death-reversal`, { reason: 'Another patient was meant.' });

  const service = await created('admin', '/v1/service-types', {
    name: 'Consultation',
    durationMinutes: 30,
    bufferBeforeMinutes: 5,
    bufferAfterMinutes: 10,
  });
  const schedule = (type: string, name: string) =>
    created('admin', '/v1/schedules', {
      resource: { type, name },
      timeZone: 'Europe/London',
      weeklyHours: DAYS.map((day) => ({ day, from: '00:00', to: '24:00' })),
    });
  const doctor = await schedule('practitioner', 'Dr Amara Okafor');
  const room = await schedule('room', 'Room 4');
  await send(
    'admin',
    'PUT',
    `/v1/schedules/${room}/weekly-hours`,
    { weeklyHours: DAYS.map((day) => ({ day, from: '00:00', to: '23:00' })) },
    { 'if-match': '*' },
  );
  let hour = Math.ceil(Date.now() / HOUR) * HOUR + 12 * HOUR;
  const wanted = (patientId: string) => ({
    ...{ patientId, serviceTypeId: service, resourceIds: [doctor] },
    start: new Date((hour += HOUR)).toISOString(),
  });
  const booked = (patientId: string) => created('receptionist', '/v1/appointments', wanted(patientId));
  const held = (patientId: string, ttlSeconds: number) =>
    created('receptionist', '/v1/holds', { ...wanted(patientId), ttlSeconds });
  await booked(ada);
  await send('receptionist', 'POST', `/v1/appointments/${await booked(ada)}/no-show`);
  const visited = await booked(ada);
  await send('receptionist', 'POST', `/v1/appointments/${visited}/check-in`);
  await send('receptionist', 'POST', `/v1/appointments/${visited}/fulfilment`);

  const encounter = { patientId: ada, class: 'AMB', start: '2026-04-01T09:00:00Z' };
  await created('practitioner', '/v1/encounters', encounter);
  const mistaken = [['encounters', await created('practitioner', '/v1/encounters', encounter)]];
  const entries = {
    conditions: { code: asthma, onset: '2019-04-03' },
    allergies: { code: asthma, category: ['environment'] },
    'medication-orders': { code: ibuprofen },
    immunizations: { code: influenza, occurredAt: '2024-10-01' },
    observations: {
      effectiveAt: '2026-04-01T09:10:00Z',
      observations: [{ code: heartRate, value: { quantity: { value: 72, unit: 'beats/min', code: '/min' } } }],
    },
  };
  for (const [kind, entry] of Object.entries(entries)) {
    mistaken.push([kind, await created('practitioner', `/v1/patients/${ada}/${kind}`, entry)]);
  }
  for (const [kind, id] of mistaken) {
    await send('practitioner', 'POST', `/v1/${kind}/${id}/entered-in-error`, { reason: 'Of another patient.' });
  }
  const cough = await created('practitioner', `/v1/patients/${ada}/conditions`, { code: asthma, onset: '2019-04-03' });
  await send('practitioner', 'POST', `/v1/conditions/${cough}/resolution`, { abatement: '2026-04-02' });
  const course = await created('practitioner', `/v1/patients/${ada}/medication-orders`, { code: ibuprofen });
  await send('practitioner', 'POST', `/v1/medication-orders/${course}/stop`, { reason: 'The course is over.' });
  await created('practitioner', `/v1/patients/${ada}/medication-orders`, { code: ibuprofen });
  const lost = await patient('Lost');
  await created('practitioner', `/v1/patients/${lost}/medication-orders`, { code: ibuprofen });
  await send('receptionist', 'POST', `/v1/patients/${lost}/entered-in-error`, { reason: 'Registered twice.' });
  await holds(allSeen);

  // A right that is missing for a while sets what two sagas should see aside, for good, in a build that takes that for poison.
  const mourned = await patient('Mourned');
  await holds(allSeen);
  await owner.query('revoke insert on write.pending_commands from anamnesis_app');
  await send('practitioner', 'POST', `/v1/patients/${mourned}/death`, { deceasedAt: '2026-05-01T10:00:00Z' });
  await holds('(select count(*) from write.dead_letters) >= 2');
  await owner.query('grant insert on write.pending_commands to anamnesis_app');
  await holds(allSeen);

  // Commands of sagas that are refused: whoever was checked in turns out not to exist before the encounter starts.
  const nobody = await patient('Nobody');
  const visit = await booked(nobody);
  await holds(allSeen);
  await end('stop');
  await start('api');
  await send('receptionist', 'POST', `/v1/appointments/${visit}/check-in`);
  await send('receptionist', 'POST', `/v1/patients/${nobody}/entered-in-error`, { reason: 'A test.' });
  await end('stop');
  await start('all');
  await holds(`exists (select from write.pending_commands where status = 'refused')`);

  // A command of a saga that dies of its attempts: without consequences, as this patient takes no medication.
  const last = await patient('Last');
  await holds(allSeen);
  await owner.query('revoke select on write.prescribing_facts from anamnesis_app');
  await send('practitioner', 'POST', `/v1/patients/${last}/death`, { deceasedAt: '2026-05-02T10:00:00Z' });
  await holds(`exists (select from write.pending_commands where status = 'dead')`, 180_000);
  await owner.query('grant select on write.prescribing_facts to anamnesis_app');
  await holds(allSeen);

  // What there was to see of all that, but for what depends on the clock, and for the one patient of what follows.
  const seen: Record<string, unknown> = {};
  const { rows: streams } = await owner.query<{ id: string; type: string }>(`
    select stream_id as id, stream_type as type from write.streams
    where stream_type in ('patients.patient', 'appointments.appointment') order by 1`);
  for (const { id, type } of streams) {
    const paths = type === 'patients.patient' ? [`patients/${id}`, `patients/${id}/chart`] : [`appointments/${id}`];
    for (const path of paths.filter((one) => one !== `patients/${ada}/chart`)) {
      const answer = await ledger.read('admin', `/v1/${path}`);
      if (answer?.status !== 200) throw new Error(`GET /v1/${path}: ${answer?.status}`);
      seen[`/v1/${path}`] = withoutActions(answer.body);
    }
  }

  // Timers that wait, and holds in force; then a crash, and what was answered while no worker ran.
  for (const ttlSeconds of [2, 600, 3600, 86_400]) await held(ada, ttlSeconds);
  await holds(`(select count(*) from write.pending_commands where status = 'pending') = 4`);
  await end('kill');
  await pause(3000);
  await start('api');
  await held(ada, 600);
  await booked(ada);
  const arrived = await booked(ada);
  await send('receptionist', 'POST', `/v1/appointments/${arrived}/check-in`);
  await patient('Late');
  await end('kill');
  if (ledger.faults.length > 0) throw new Error(ledger.faults.join('\n'));

  mkdirSync(folder, { recursive: true });
  const { stdout } = await run(
    join(POSTGRES_15, 'pg_dump'),
    ['--format=plain', '--no-owner', '--no-privileges', '--rows-per-insert=200', databaseUrl],
    { maxBuffer: 1 << 28 },
  );
  // Newer versions of pg_dump frame their dumps with a command of psql, which no other client understands.
  writeFileSync(
    join(folder, `${release}.sql.gz`),
    gzipSync(stdout.replace(/^\\(un)?restrict .*\n/gm, ''), { level: 9 }),
  );
  const told = { acknowledged: ledger.acknowledged, refused: ledger.refused, replays, seen, ada };
  writeFileSync(join(folder, `${release}.answers.json.gz`), gzipSync(JSON.stringify(told), { level: 9 }));

  const { rows } = await owner.query(`select type, count(*)::int from write.events group by 1 order by 1`);
  console.log(rows.map((row: { type: string; count: number }) => `${row.count} ${row.type}`).join('\n'));
  const { rows: commands } = await owner.query(
    `select status, name, count(*)::int from write.pending_commands group by 1, 2`,
  );
  console.log(commands);
  await owner.end();
}, 600_000);
