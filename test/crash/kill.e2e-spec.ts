import { setTimeout as pause } from 'node:timers/promises';
import { Load } from '../support/load.js';
import { RealProcess } from '../support/process.js';
import { freedTimes, promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ROUNDS = 6;
const seed = Random.seed();

describe(`a process that is killed in the middle of its work (SEED=${seed})`, () => {
  const random = new Random(seed);
  let database: TestDatabase;
  let api: RealProcess;
  let load: Load;

  beforeAll(async () => {
    database = await createTestDatabase();
    api = new RealProcess({ databaseUrl: database.url });
    await api.start();
  });
  afterAll(async () => {
    await load?.abandon();
    await api?.kill();
    await database?.drop();
  });

  it(`keeps every promise, ${ROUNDS} times over`, async () => {
    load = new Load([api], seed);
    const { ledger } = load;
    await load.start();
    for (let round = 1; round <= ROUNDS; round++) {
      await load.goOn();
      await pause(random.below(700));
      await api.kill();
      // Once it is killed while it starts, with the work of the dead one to be taken over.
      if (round === 3) {
        const starting = api.start().catch(() => undefined);
        await pause(500 + random.below(1500));
        await api.kill();
        await starting;
      }
      await api.start();
    }
    await load.goOn();
    await load.stop();

    const { events } = await promisesHold(database.url, ledger);
    expect(ledger.lost.length).toBeGreaterThan(ROUNDS);
    expect(events).toMatchObject({
      'appointments.hold-expired': expect.any(Number),
      'appointments.appointment-cancelled': expect.any(Number),
      'appointments.appointment-fulfilled': expect.any(Number),
      'patients.patient-deceased': expect.any(Number),
      'records.encounter-started': expect.any(Number),
    });

    // What a timer has given back can be booked again.
    const freed = await freedTimes(database.url);
    expect(freed).not.toEqual([]);
    const patientId = String((await load.register())?.body.id);
    for (const { resourceId, start } of freed) {
      expect((await load.book(patientId, [resourceId], start))?.status).toBe(201);
    }
    expect(api.stderr).toBe('');
  }, 180_000);
});
