import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../support/client.js';
import { Load } from '../support/load.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { RealProcess } from '../support/process.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

const ROUNDS = 6;
const seed = Random.seed();

/** Milliseconds within which even a request that meets a dying server is answered. */
const BOUND_MS = 10_000;

describe(`PostgreSQL restarted under load (SEED=${seed})`, () => {
  const random = new Random(seed);
  let server: TestPostgres;
  let api: RealProcess;
  let load: Load;

  beforeAll(async () => {
    server = await startPostgres({ durable: true, label: 'restarted' });
    await administer(server.url(), 'create database anamnesis');
    api = new RealProcess({ databaseUrl: server.url('anamnesis') });
    await api.start();
  }, 60_000);
  afterAll(async () => {
    await load?.abandon();
    await api?.kill();
    await server?.remove();
  });

  it('is answered with 503 while it is away, and all recovers by itself', async () => {
    load = new Load([api], seed);
    const { ledger } = load;
    const receptionist = api.client('receptionist');
    const anybody = api.client();
    await load.start();

    const { pid } = api;
    for (let round = 1; round <= ROUNDS; round++) {
      await load.goOn();
      await pause(random.below(500));
      // In turn as an administrator does it, and as a power cut.
      await (round % 2 === 0 ? server.kill() : server.stop());

      const away = await Promise.all([
        receptionist.get('/v1/patients'),
        receptionist.post('/v1/service-types', { name: 'Never', durationMinutes: 5 }),
      ]);
      for (const answer of away) expect(unavailable(answer)).toEqual(UNAVAILABLE);
      const ready = await anybody.get('/health/ready');
      expect([ready.status, ready.body.status]).toEqual([503, 'not-ready']);
      expect((await anybody.get('/health/live')).status).toBe(200);

      await pause(random.below(1000));
      await server.start();
      await until(async () => (await anybody.get('/health/ready')).status === 200, 20_000);
    }
    await load.goOn();
    await load.stop();

    await promisesHold(server.url('anamnesis'), ledger);
    expect(ledger.unavailable).toBeGreaterThan(ROUNDS);
    expect(ledger.lost).toEqual([]);
    expect(ledger.slowestMs).toBeLessThan(BOUND_MS);
    expect(api.pid).toBe(pid);
  }, 180_000);
});

const UNAVAILABLE = {
  status: 503,
  type: expect.stringMatching('application/problem\\+json') as string,
  retryAfter: expect.stringMatching(/^\d+$/) as string,
  code: 'database-unavailable',
};

const unavailable = ({ status, headers, body }: Answer) => ({
  status,
  type: headers.get('content-type'),
  retryAfter: headers.get('retry-after'),
  code: String(body.code),
});
