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
  /** Who holds the subscriptions, and how often they changed hands. */
  const holders = async () => {
    const { rows } = await observer.query<{ owner: string | null; epoch: number; held: number }>(
      'select owner, epoch, count(*)::int as held from write.subscriptions group by 1, 2 order by 1, 2',
    );
    return rows;
  };
  const theHolder = async () => {
    const rows = await holders();
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  const untilTakenOverFrom = async ({ owner }: { owner: string | null }) => {
    await until(
      async () => (await holders()).every((holder) => holder.owner !== null && holder.owner !== owner),
      TAKEN_OVER_WITHIN_MS,
    );
  };
  /** What is written at one of them is read at the other, at once, by its token. */
  const readsWhatIsWritten = async (register: Register, reader: Client, times: number) => {
    for (let i = 1; i <= times; i++) {
      const { body, headers } = (await register(patient(`Number ${i}`)))!;
      const token = headers.get('consistency-token')!;
      const read = await reader.get(`/v1/patients/${body.id}`, { 'consistency-token': token });
      expect([read.status, read.body.name?.family]).toEqual([200, `Number ${i}`]);
    }
  };

  it('share the work: when the one that does it is killed, the other takes it over', async () => {
    const first = await start();
    await until(() => isReady(first));
    const second = await start();
    await until(() => isReady(second));
    const load = clinicAt([first, second]);
    await load.start();
    await load.goOn();

    const before = await theHolder();
    await first.kill();
    await untilTakenOverFrom(before);
    const after = await theHolder();
    expect(after).toMatchObject({ epoch: before.epoch + 1, held: before.held });
    expect(await isReady(second)).toBe(true);

    await first.start();
    await load.goOn();
    expect(await theHolder()).toEqual(after);
    await second.kill();
    await untilTakenOverFrom(after);
    await second.start();
    await load.goOn();
    await load.stop();
    await promisesHold(database.url, load.ledger);
  }, 90_000);

  it('are not confused by one that was frozen while the other took over, and that comes back', async () => {
    const first = await start();
    await until(() => isReady(first));
    const second = await start();
    const processes = [first, second];
    const load = clinicAt(processes);
    await load.start();
    await load.goOn();
    await load.stop();

    const before = await theHolder();
    processes.shift();
    await load.start();
    first.freeze();
    await untilTakenOverFrom(before);
    await load.goOn();
    first.thaw();
    processes.unshift(first);
    await load.goOn(80);
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
