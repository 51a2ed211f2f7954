import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../support/client.js';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes, readyOf } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 15_000;
/** However long a lock is held: that something stands still is seen by then. */
const SEEN_WITHIN_MS = 15_000;
/** However long a lock is held: a request is answered by then. */
const ANSWERED_WITHIN_MS = 15_000;
/** What does not need the lock is not held up by it. Far more than it takes. */
const SERVED_WITHIN_MS = 2_000;

describe('a lock that somebody holds for long', () => {
  let database: TestDatabase;
  let observer: Observer;
  let holder: Observer;
  let api: RealProcess;
  let desk: Desk;
  const processes = new Processes(() => database.url);

  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
    holder = await Observer.on(database.url);
    api = await processes.start();
    desk = new Desk(api.client('receptionist'));
  });
  afterEach(async () => {
    await processes.end();
    await holder.close();
    await observer.close();
    await database.drop();
  });

  const lock = async (statement: string, values: readonly unknown[] = []) => {
    await holder.rows('begin');
    await holder.rows(statement, values);
  };
  const release = () => holder.rows('rollback');
  const timed = async (request: Promise<Answer>) => {
    const since = Date.now();
    const answer = await request;
    return {
      status: answer.status,
      code: answer.body.code as unknown,
      ms: Date.now() - since,
      headers: answer.headers,
    };
  };
  /** Each is answered in time: as it should be, or by a 503 that says when to come again. */
  const allAreAnswered = async (requests: readonly Promise<Answer>[], expected: number) => {
    for (const { status, code, ms, headers } of await Promise.all(requests.map(timed))) {
      expect([expected, 503]).toContain(status);
      if (status === 503) expect([code, headers.get('retry-after')]).toEqual([expect.any(String), expect.any(String)]);
      expect(ms).toBeLessThan(ANSWERED_WITHIN_MS);
    }
  };
  const isServed = async (request: () => Promise<Answer>, expected: number) => {
    const { status, code, ms } = await timed(request());
    expect([status, code]).toEqual([expected, undefined]);
    expect(ms).toBeLessThan(SERVED_WITHIN_MS);
  };
  const service = (name: string) => api.client('admin').post('/v1/service-types', { name, durationMinutes: 30 });

  it('on one read table stops that projection alone, visibly, and not for longer than it lasts', async () => {
    await until(() => isReady(api));
    await lock('lock table read.service_type in access exclusive mode');
    const since = Date.now();
    const defined = await service('Visit');
    expect(defined.status).toBe(201);
    let said = await readyOf(api);
    while (said.status === 200 || Date.now() - since < 6000) {
      await desk.registersAndReads();
      said = await readyOf(api);
      expect(Date.now() - since).toBeLessThan(SEEN_WITHIN_MS);
    }
    expect(said.body.checks.subscriptions.detail).toContain('projection:service_type@1');
    expect(said.body.checks.subscriptions.detail).not.toContain('patient_summary');

    await release();
    await until(() => isReady(api), RECOVERED_WITHIN_MS);
    const listed = await desk.client.get('/v1/service-types', {
      'consistency-token': defined.headers.get('consistency-token')!,
    });
    expect(listed.body.items).toMatchObject([{ name: 'Visit' }]);
    expect(await observer.setAside()).toEqual([]);
  }, 60_000);

  it('on one read table holds up those that read it, and nobody else', async () => {
    await until(() => isReady(api));
    const { id } = await desk.registersAndReads();
    await service('Visit');
    await lock('lock table read.patient_summary in access exclusive mode');
    const waiting = Array.from({ length: 40 }, () => desk.client.get(`/v1/patients/${id}`));
    const searching = Array.from({ length: 10 }, () => desk.client.get('/v1/patients?name=love'));
    const answered = Promise.all([allAreAnswered(waiting, 200), allAreAnswered(searching, 200)]);
    const since = Date.now();
    while (Date.now() - since < 6000) {
      await isServed(() => desk.client.get('/v1/service-types'), 200);
      await isServed(() => service('Another'), 201);
      await isServed(
        () =>
          desk.client.post('/v1/patients', {
            name: { family: 'New', given: [] },
            birthDate: '1980-02-29',
            gender: 'male',
          }),
        201,
      );
      await isServed(() => desk.client.get(`/v1/patients/${id}/history`), 200);
      expect((await api.client().get('/health/live')).status).toBe(200);
    }
    await release();
    await answered;
    await until(() => isReady(api), RECOVERED_WITHIN_MS);
    await isServed(() => desk.client.get(`/v1/patients/${id}`), 200);
  }, 60_000);

  it('on one stream holds up its commands, and no others', async () => {
    await until(() => isReady(api));
    const held = await desk.registersAndReads();
    await lock('select from write.streams where stream_id = $1 for update', [held.id]);
    const waiting = Array.from({ length: 25 }, (_, n) => desk.rename(held.id, `Number ${n}`, 1));
    // One of them wins in the end, if it did not give up before; for the others it is then another version.
    const answered = Promise.all(waiting.map(timed));
    const since = Date.now();
    while (Date.now() - since < 6000) {
      const other = await desk.register();
      await isServed(() => desk.rename(other.id, 'Murray', 1), 200);
    }
    await release();
    for (const { status, ms } of await answered) {
      expect([200, 412, 503]).toContain(status);
      expect(ms).toBeLessThan(ANSWERED_WITHIN_MS);
    }
    await until(() => isReady(api), RECOVERED_WITHIN_MS);
    await desk.registersAndReads();
  }, 60_000);

  it('for a moment, at the first read of a process, is waited for or said to be in the way', async () => {
    const { id } = await desk.register();
    await observer.rows('select pg_sleep(1)');
    for (const path of [`/v1/patients/${id}`, '/v1/service-types']) {
      const fresh = await processes.start({ ROLE: 'api' });
      const client = fresh.client('practitioner');
      await client.token();
      await lock('lock table read.patient_summary, read.service_type in access exclusive mode');
      const answered = allAreAnswered([client.get(path), client.get(path)], 200);
      await pause(400);
      await release();
      await answered;
      expect([path, (await client.get(path)).status]).toEqual([path, 200]);
      await fresh.kill();
    }
  }, 60_000);
});

describe('a migration that another program makes', () => {
  it('of the types of columns that are read is not noticed', async () => {
    const database = await createTestDatabase();
    const processes = new Processes(() => database.url);
    const observer = await Observer.on(database.url);
    const api = await processes.start();
    const desk = new Desk(api.client('admin'));
    const { id } = await desk.registersAndReads();
    const defined = await desk.client.post('/v1/service-types', { name: 'Visit', durationMinutes: 30 });
    await desk.client.get('/v1/service-types', { 'consistency-token': defined.headers.get('consistency-token')! });
    const paths = [`/v1/patients/${id}`, `/v1/service-types/${defined.body.id}`, '/v1/service-types'];
    const readAll = async (times: number) => {
      const answers = await Promise.all(Array.from({ length: times }, () => paths.map(read)).flat());
      return new Set(answers.map(({ status }) => status));
    };
    const read = (path: string) => desk.client.get(path);
    // Every connection has planned the statements.
    expect(await readAll(60)).toEqual(new Set([200]));
    await observer.rows('alter table read.patient_summary alter column document type jsonb using document::jsonb');
    await observer.rows(
      'alter table read.service_type alter column name type varchar(300), alter column version type bigint',
    );
    expect(await readAll(20)).toEqual(new Set([200]));
    await desk.registersAndReads();
    expect((await desk.client.post('/v1/service-types', { name: 'Call', durationMinutes: 10 })).status).toBe(201);
    await until(async () => (await read('/v1/service-types')).body.items.length === 2);
    await processes.end();
    await observer.close();
    await database.drop();
  });
});
