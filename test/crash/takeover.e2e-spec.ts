import pg from 'pg';
import type { Answer, Client } from '../support/client.js';
import { Load } from '../support/load.js';
import { RealProcess } from '../support/process.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const seed = Random.seed();
const TAKEN_OVER_WITHIN_MS = 15_000;

const patient = (family: string) => ({ name: { family, given: [] }, birthDate: '1980-02-29', gender: 'female' });

type Register = (body: object) => Promise<Answer | undefined>;

describe(`two processes on one database (SEED=${seed})`, () => {
  let database: TestDatabase;
  let observer: pg.Client;
  let running: Load | undefined;
  const started: RealProcess[] = [];
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const api = new RealProcess({ databaseUrl: database.url, env });
    started.push(api);
    await api.start();
    return api;
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    observer = new pg.Client({ connectionString: database.url });
    observer.on('error', () => undefined);
    await observer.connect();
  });
  afterEach(async () => {
    await running?.abandon();
    for (const api of started.splice(0)) await api.kill();
    await observer.end();
    await database.drop();
  });

  const clinicAt = (processes: readonly RealProcess[]) => (running = new Load(processes, seed));
  const isReady = async (api: RealProcess) => (await api.client().get('/health/ready')).status === 200;
  /** Who holds how many subscriptions, and how often these changed hands. */
  const holders = async () => {
    const { rows } = await observer.query<{ owner: number; held: number; changes: number }>(
      `select owner::int, count(*)::int as held, sum(epoch)::int as changes from write.subscriptions
       where owner is not null group by 1 order by 1`,
    );
    return rows;
  };
  const all = async () => {
    const { rows } = await observer.query<{ count: number }>('select count(*)::int from write.subscriptions');
    return rows[0]!.count;
  };
  /** Waits until they hold all subscriptions among them, none more than its share. @returns who they are */
  const untilSharedBy = async (processes: number) => {
    const expected = await all();
    await until(async () => {
      const found = await holders();
      const held = found.reduce((sum, holder) => sum + holder.held, 0);
      return (
        found.length === processes && held === expected && found.every((one) => one.held <= Math.ceil(held / processes))
      );
    }, TAKEN_OVER_WITHIN_MS);
    return (await holders()).map(({ owner }) => owner);
  };
  const changes = async () => (await holders()).reduce((sum, holder) => sum + holder.changes, 0);
  /** What is written at one of them is read at the other, at once, by its token. */
  const readsWhatIsWritten = async (register: Register, reader: Client, times: number) => {
    for (let i = 1; i <= times; i++) {
      const { body, headers } = (await register(patient(`Number ${i}`)))!;
      const token = headers.get('consistency-token')!;
      const read = await reader.get(`/v1/patients/${body.id}`, { 'consistency-token': token });
      expect([read.status, read.body.name?.family]).toEqual([200, `Number ${i}`]);
    }
  };

  it('share the work: when one of them is killed, the other takes over what it held', async () => {
    const first = await start();
    await until(() => isReady(first));
    const [ofFirst] = await untilSharedBy(1);
    const second = await start();
    await until(() => isReady(second));
    const load = clinicAt([first, second]);
    await load.start();
    await load.goOn();

    const both = await untilSharedBy(2);
    const before = await changes();
    const heldByFirst = (await holders()).find(({ owner }) => owner === ofFirst)!.held;
    await first.kill();
    const ofSecond = both.find((owner) => owner !== ofFirst);
    expect(await untilSharedBy(1)).toEqual([ofSecond]);
    // what the second held stayed with it
    expect(await changes()).toBe(before + heldByFirst);
    await until(() => isReady(second), TAKEN_OVER_WITHIN_MS);

    await first.start();
    await load.goOn();
    expect(await untilSharedBy(2)).toContain(ofSecond);
    await second.kill();
    expect(await untilSharedBy(1)).not.toContain(ofSecond);
    await second.start();
    await load.goOn();
    await untilSharedBy(2);
    await load.stop();
    await promisesHold(database.url, load.ledger);
  }, 90_000);

  it('are not confused by one that was frozen while the other took over, and that comes back', async () => {
    const first = await start();
    await until(() => isReady(first));
    const [ofFirst] = await untilSharedBy(1);
    const second = await start();
    const processes = [first, second];
    const load = clinicAt(processes);
    await load.start();
    await load.goOn();
    await untilSharedBy(2);
    await load.stop();

    processes.shift();
    await load.start();
    first.freeze();
    expect(await untilSharedBy(1)).not.toContain(ofFirst);
    await load.goOn();
    first.thaw();
    processes.unshift(first);
    await load.goOn(80);
    await untilSharedBy(2);
    await load.stop();
    await promisesHold(database.url, load.ledger);
    await until(() => isReady(first));
  }, 90_000);

  it('take the consistency tokens of each other', async () => {
    const first = await start();
    const second = await start();
    const registerAt = (api: RealProcess) => {
      const client = api.client('receptionist');
      return (body: object) => client.post('/v1/patients', body);
    };
    await Promise.all([
      readsWhatIsWritten(registerAt(first), second.client('receptionist'), 25),
      readsWhatIsWritten(registerAt(second), first.client('receptionist'), 25),
    ]);
  });

  it('can be one for the requests and one for the work', async () => {
    const api = await start({ ROLE: 'api', READ_YOUR_WRITE_TIMEOUT_MS: '1500' });
    const receptionist = api.client('receptionist');
    expect((await api.client().get('/health/ready')).status).toBe(503);
    const worker = await start({ ROLE: 'worker' });
    await until(() => isReady(api));
    const load = clinicAt([api]);
    await load.start();
    await load.goOn();
    const register = (body: object) => load.ledger.command('receptionist', 'POST', '/v1/patients', body);
    await readsWhatIsWritten(register, receptionist, 10);

    await worker.kill();
    const written = (await register(patient('Waiting')))!;
    const read = () =>
      receptionist.get(`/v1/patients/${written.body.id}`, {
        'consistency-token': written.headers.get('consistency-token')!,
      });
    const behind = await read();
    expect([behind.status, behind.body.code, behind.headers.get('retry-after')]).toEqual([
      503,
      'read-model-behind',
      expect.stringMatching(/^\d+$/),
    ]);

    await worker.start();
    await until(async () => (await read()).status === 200, TAKEN_OVER_WITHIN_MS);
    await load.goOn();
    await load.stop();
    await promisesHold(database.url, load.ledger);
  }, 60_000);
});
