import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '../support/builds.js';
import { nextBuild, OF_THE_NEXT_BUILD } from '../support/next-build.js';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import { isReady, Processes } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

describe('what happens while nobody works', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-test-moves-'));
  const movesFile = join(folder, 'moves');
  let next: Build;
  let database: TestDatabase;
  let observer: Observer;
  const processes = new Processes(() => database.url);

  beforeAll(() => {
    next = nextBuild();
  });
  afterAll(() => {
    next?.remove();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await processes.end();
    await observer.close();
    await database.drop();
  });

  const commandsFor = (patientId: string) =>
    observer.rows<{ saga: string; status: string }>(
      `select saga, status from write.pending_commands join write.events using (event_id) where events.stream_id = $1 order by 1`,
      [patientId],
    );

  it('before there ever was a worker is answered by the sagas when one comes', async () => {
    const api = await processes.start({ ROLE: 'api' });
    const desk = new Desk(api.client('practitioner'));
    const { id } = await desk.register();
    expect((await desk.recordDeath(id)).status).toBe(200);

    await processes.start({ ROLE: 'worker' });
    const answers = ['saga:CancelAppointmentsOfDeceased', 'saga:HoldMedicationsOfLostPatient'];
    await until(async () => (await commandsFor(id)).every(({ status }) => status === 'done'));
    await until(async () => (await commandsFor(id)).length === answers.length);
    expect((await commandsFor(id)).map(({ saga }) => saga)).toEqual(answers);
  });

  it('is answered by a saga that is new, from the first process on that has it, and heard by a new handler', async () => {
    const env = { MOVES_FILE: movesFile };
    const old = await processes.start();
    const api = await processes.start({ ROLE: 'api', ...env }, { build: next });
    const { id } = await new Desk(api.client('practitioner')).register();
    const moved = await api.client('practitioner').post(`/v1/patients/${id}/move`, { reason: 'Elsewhere' });
    expect(moved.status).toBe(200);
    // The old worker goes on with all that it knows, and past this event.
    const position = Number(moved.headers.get('consistency-token'));
    await until(async () => {
      const behind = await observer.behind(position);
      return behind.every((name) => OF_THE_NEXT_BUILD.subscriptions.includes(name));
    });
    expect(await commandsFor(id)).toEqual([]);
    await old.stop();

    await processes.start({ ROLE: 'worker', ...env }, { build: next });
    const answers = ['saga:BidFarewell', 'saga:CancelAppointmentsOfDeceased'];
    await until(async () => (await commandsFor(id)).length === answers.length);
    expect((await commandsFor(id)).map(({ saga }) => saga)).toEqual(answers);
    await until(async () => (await commandsFor(id)).every(({ status }) => status === 'done'));
    await until(() => existsSync(movesFile));
    expect(readFileSync(movesFile, 'utf8').trim()).toBe(String(position));
  });

  it('to a saga that only another build has keeps no process from being ready, nor its command from waiting', async () => {
    const env = { MOVES_FILE: movesFile };
    const upgraded = await processes.start(env, { build: next });
    await until(() => isReady(upgraded));
    await upgraded.stop();
    await observer.rows(`insert into write.subscriptions (name) values ('saga:RemovedSince')`);

    const rolledBack = await processes.start();
    await until(() => isReady(rolledBack), 15_000);
    const desk = new Desk(rolledBack.client('receptionist'));
    const { id } = await desk.registersAndReads();

    // A timer of the other build may come due now: it is left to those that know it.
    await observer.rows(
      `insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, due_at)
       values (gen_random_uuid(), 'saga:BidFarewell', gen_random_uuid(), 0, 'patients.send-farewell', jsonb_build_object('patientId', $1::text),
         jsonb_build_object('correlationId', gen_random_uuid(), 'causationId', gen_random_uuid()), now())`,
      [id],
    );
    const farewell = () =>
      observer.rows(`select status, attempts from write.pending_commands where name = 'patients.send-farewell'`);
    // Another one that is known goes its way meanwhile.
    expect((await desk.recordDeath((await desk.register()).id)).status).toBe(200);
    await until(
      async () => (await observer.rows(`select from write.pending_commands where status = 'done'`)).length === 2,
    );
    expect(await farewell()).toEqual([{ status: 'pending', attempts: 0 }]);
    expect(await isReady(rolledBack)).toBe(true);

    await processes.start(env, { build: next });
    await until(
      async () => (await observer.rows(`select from write.events where type = 'patients.farewell-sent'`)).length === 1,
    );
    expect(await farewell()).toEqual([{ status: 'done', attempts: expect.any(Number) }]);
  });
});
