import pg from 'pg';
import { migrations } from '../../migrations/index.js';
import { nameOf } from '../../src/database/migration-checksum.js';
import { types } from '../../src/database/types.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { contradictions } from '../support/promises.js';
import { readModelsEqualTheirFold } from '../support/read-models.js';
import { restore, type Told, toldBy } from '../support/released-data.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

/** The tests go on from each other: they are the life of one database. */
describe('a database of e2787b4', () => {
  let database: TestDatabase;
  let told: Told;
  let app: TestApp;
  let client: pg.Client;
  /** What was left to do when the old build was killed. */
  let left: { holds: { id: string; expiresAt: string }[]; deadLetters: object[]; timerToCome: string };

  let startedAt: string;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    told = toldBy('e2787b4');
    await restore('e2787b4', database.url);
    client = new pg.Client({ connectionString: database.url, types });
    await client.connect();
    const timers = await rowsOf<{ hold: string }>(
      `select payload ->> 'holdId' as hold from write.pending_commands where status = 'pending' order by due_at desc limit 1`,
    );
    const timerToCome = timers[0]!.hold;
    await client.query(
      `update write.pending_commands set due_at = now() + interval '1 day' where payload ->> 'holdId' = $1`,
      [timerToCome],
    );
    left = {
      timerToCome,
      holds: await rowsOf(`
        select stream_id as id, data ->> 'expiresAt' as "expiresAt" from write.events held
        where type = 'appointments.slot-held' and not exists (
          select from write.events ended where ended.stream_id = held.stream_id and ended.stream_version > 1)`),
      deadLetters: await rowsOf('select * from write.dead_letters order by subscription, position'),
    };
    app = await startTestApp({ databaseUrl: database.url, env: { MIGRATE_ON_START: 'true' } });
    startedAt = new Date().toISOString();
    await app.settle(30_000);
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await client?.end();
    await database.drop();
  });

  const rowsOf = async <T extends object>(sql: string, values: unknown[] = []) =>
    (await client.query<T>(sql, values)).rows;
  const isDue = (id: string, expiresAt: string) => id !== left.timerToCome && expiresAt < startedAt;
  const eventsIn = async () => (await rowsOf<{ count: number }>('select count(*) from write.events'))[0]!.count;

  it('was left with work in progress, of every kind', async () => {
    expect(left.holds.length).toBeGreaterThanOrEqual(5);
    expect(left.deadLetters.length).toBeGreaterThanOrEqual(2);
    const types = await rowsOf('select distinct type from write.events');
    expect(types.length).toBeGreaterThanOrEqual(36);
    expect(Object.keys(told.seen).length).toBeGreaterThan(150);
  });

  it('is migrated by the start, which becomes ready', async () => {
    const applied = await rowsOf('select name from public.migrations order by id');
    expect(applied).toEqual(migrations.map((one) => ({ name: nameOf(one) })));
    const ready = await app.client().get('/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: {
        checks: {
          database: { ok: true },
          migrations: { ok: true },
          commands: { ok: true },
          subscriptions: { ok: true },
        },
      },
    });
  });

  it('has read models that equal the fold of its log', async () => {
    const rows = await readModelsEqualTheirFold(database.url);
    const [streams] = await rowsOf<{ patients: number; appointments: number }>(`
      select count(*) filter (where stream_type = 'patients.patient') as patients,
        count(*) filter (where stream_type = 'appointments.appointment') as appointments from write.streams`);
    expect([rows['patient_summary'], rows['appointment_summary']]).toEqual([streams!.patients, streams!.appointments]);
    expect(streams!.patients).toBeGreaterThan(40);
  });

  it('answers every patient, chart and appointment as e2787b4 did', async () => {
    const admin = app.client('admin');
    for (const [path, body] of Object.entries(told.seen)) {
      expect({ path, ...(await admin.get(path)) }).toMatchObject({ path, status: 200, body });
    }
    const streams = await rowsOf<{ id: string; type: string }>(`
      select stream_id as id, split_part(stream_type, '.', 2) as type from write.streams
      where stream_type in ('patients.patient', 'appointments.appointment')`);
    for (const { id, type } of streams) {
      expect({ id, status: (await admin.get(`/v1/${type}s/${id}`)).status }).toEqual({ id, status: 200 });
    }
  }, 60_000);

  it('fires each timer of then once, when it is due', async () => {
    const ended = await rowsOf<{ id: string; times: number; status: string }>(
      `select held.stream_id as id, status, (select count(*) from write.events ended
         where ended.stream_id = held.stream_id and type = 'appointments.hold-expired') as times
       from write.events held join write.pending_commands on payload ->> 'holdId' = held.stream_id::text
       where stream_version = 1 and held.stream_id = any ($1)`,
      [left.holds.map(({ id }) => id)],
    );
    const due = left.holds.filter(({ id, expiresAt }) => isDue(id, expiresAt)).map(({ id }) => id);
    expect(due.length).toBeGreaterThan(0);
    expect(ended).toHaveLength(left.holds.length);
    for (const { id, ...hold } of ended) {
      expect(hold).toEqual(due.includes(id) ? { times: 1, status: 'done' } : { times: 0, status: 'pending' });
    }
  });

  it('keeps every promise, but for what e2787b4 itself left undone, and what is to come', async () => {
    // Holds in force, a check-in whose encounter was refused; an appointment without an encounter, and encounters without one.
    const known = await rowsOf<{ id: string }>(
      `select unnest($1::uuid[])::text as id
       union all select payload ->> 'appointmentId' from write.pending_commands where status = 'refused'
       union all select stream_id::text from write.events
         where type = 'appointments.appointment-fulfilled' and not data ? 'encounterId'
         or type = 'records.encounter-started' and not data ? 'appointmentId'`,
      [left.holds.filter(({ id, expiresAt }) => !isDue(id, expiresAt)).map(({ id }) => id)],
    );
    const isKnown = (line: string) =>
      line.startsWith('Not so: no event is set aside') ||
      line.startsWith('Not so: every command of a saga is done, or was withdrawn') ||
      known.some(({ id }) => line.includes(id));
    expect((await contradictions(database.url, told)).filter((line) => !isKnown(line))).toEqual([]);
  });

  it('shows what was set aside, refused or dead then', async () => {
    const deadLetters = await rowsOf('select * from write.dead_letters order by subscription, position');
    expect(deadLetters).toMatchObject(left.deadLetters);
    const undone = await rowsOf<{ status: string; name: string }>(`
      select status, name from write.pending_commands where status not in ('done', 'cancelled') and due_at < now() order by 1`);
    expect(undone).toEqual([
      { status: 'dead', name: 'records.hold-medications-of-patient' },
      { status: 'refused', name: 'records.start-encounter-of-appointment' },
    ]);
  });

  it('answers the Idempotency-Keys of then as it did then, and does nothing', async () => {
    const before = await eventsIn();
    for (const { role, method, path, body, headers, key, status, answer, etag, token } of told.replays) {
      const again = await app
        .client(role)
        .send(method, path, body && JSON.stringify(body), { ...headers, 'idempotency-key': key });
      expect({ path, status: again.status, body: again.body as unknown }).toEqual({ path, status, body: answer });
      expect([again.headers.get('etag'), again.headers.get('consistency-token')]).toEqual([etag || null, token]);
    }
    expect(told.replays.length).toBeGreaterThan(40);
    expect(await eventsIn()).toBe(before);
  }, 60_000);

  it('takes new commands on old streams, seen with their token', async () => {
    const desk = app.client('receptionist');
    const ada = await desk.get(`/v1/patients/${told.ada}`);
    const { name, birthDate, gender } = ada.body as Record<string, object>;
    const changed = await desk.put(
      `/v1/patients/${told.ada}/demographics`,
      { change: 'new', name: { ...name, family: 'King' }, birthDate, gender },
      { 'if-match': ada.headers.get('etag') ?? '' },
    );
    expect(changed.status).toBe(200);
    const token = { 'consistency-token': changed.headers.get('consistency-token') ?? '' };
    expect((await desk.get(`/v1/patients/${told.ada}`, token)).body).toMatchObject({ name: { family: 'King' } });
    const history = await desk.get(`/v1/patients/${told.ada}/history`);
    expect(JSON.stringify(history.body)).toContain('Byron');

    const [booked] = await rowsOf<{ id: string }>(
      `select id from read.appointment_summary where patient_id = $1 and status = 'booked' limit 1`,
      [told.ada],
    );
    const cancelled = await desk.post(`/v1/appointments/${booked!.id}/cancellation`, { reason: 'pat', by: 'patient' });
    expect(cancelled.status).toBe(200);
    await app.settle();
    await readModelsEqualTheirFold(database.url);
  });
});
