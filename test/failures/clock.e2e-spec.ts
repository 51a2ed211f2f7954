import { embeddedBinFor } from '../../src/database/embedded-folder.js';
import { accountForServer } from '../../src/database/postgres-server.js';
import { Load } from '../support/load.js';
import { Observer } from '../support/observer.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes } from '../support/processes.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { ServerClock } from '../support/server-clock.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

const HOUR = 3600;
const TAKEN_OVER_WITHIN_MS = 15_000;
const seed = Random.seed();
if (!ServerClock.available) {
  process.stderr.write('NOT RUN: the clock of the server, as libfaketime is not installed (Debian: libfaketime)\n');
}

(ServerClock.available ? describe : describe.skip)(`a server whose clock is set (SEED=${seed})`, () => {
  let clock: ServerClock;
  let server: TestPostgres;
  let observer: Observer;
  let load: Load | undefined;
  const processes = new Processes(() => server.url('anamnesis'));

  beforeAll(async () => {
    clock = ServerClock.before(process.env['TEST_POSTGRES_BIN'] ?? (await embeddedBinFor(accountForServer())));
    server = await startPostgres({ label: 'clock', bin: clock.bin, durable: false });
    await administer(server.url(), 'create database anamnesis');
  }, 60_000);
  afterAll(async () => {
    await load?.abandon();
    await processes.end();
    await observer?.close();
    await server?.remove();
    clock?.remove();
  });

  /** The clock is read once a second. */
  const setClock = async (seconds: number) => {
    clock.set(seconds);
    await until(async () => {
      const ahead = await observer.value<number>('extract(epoch from clock_timestamp())::float8');
      return Math.abs(ahead - Date.now() / 1000 - seconds) < 30;
    });
  };

  it('an hour forth and back under load loses and doubles nothing, nor does a worker that is killed or frozen then', async () => {
    const api = await processes.start({ ROLE: 'api' });
    observer = await Observer.on(server.url('anamnesis'));
    const workers = [await processes.start({ ROLE: 'worker' }), await processes.start({ ROLE: 'worker' })];
    for (const one of [api, ...workers]) await until(() => isReady(one));
    load = new Load([api], seed);
    await load.start(6);
    await load.goOn();
    /** Every subscription is worked on, and these say so. */
    const allPass = async (...asked: readonly RealProcess[]) => {
      const head = await observer.head();
      await until(async () => (await observer.behind(head)).length === 0, TAKEN_OVER_WITHIN_MS);
      for (const one of asked) await until(() => isReady(one), TAKEN_OVER_WITHIN_MS);
    };
    const [first, second] = workers as [RealProcess, RealProcess];

    await setClock(HOUR);
    await load.goOn();
    await allPass(api, ...workers);
    await first.kill();
    await allPass(api, second);
    await first.start();
    await allPass(api, ...workers);

    // What was leased until an hour from now is not held until then.
    second.freeze();
    await setClock(-HOUR);
    await load.goOn();
    await allPass(api, first);
    second.thaw();
    await load.goOn();
    await allPass(api, ...workers);

    await setClock(0);
    await load.goOn();
    await allPass(api, ...workers);
    await load.stop();
    await promisesHold(server.url('anamnesis'), load.ledger);
  }, 150_000);
});
