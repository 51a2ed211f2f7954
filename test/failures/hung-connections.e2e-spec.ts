import { setTimeout as pause } from 'node:timers/promises';
import { Load } from '../support/load.js';
import { Observer } from '../support/observer.js';
import { demographics, Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes, readyOf } from '../support/processes.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 15_000;
const BACKENDS = 3;
const seed = Random.seed();

describe(`connections to the database that hang (SEED=${seed})`, () => {
  const random = new Random(seed);
  let database: TestDatabase;
  let proxy: TcpProxy;
  let observer: Observer;
  let load: Load | undefined;
  const processes = new Processes(() => proxy.url(database.url));

  beforeEach(async () => {
    database = await createTestDatabase();
    proxy = await TcpProxy.before(database.url);
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await load?.abandon();
    load = undefined;
    await processes.end();
    await proxy.close();
    await observer.close();
    await database.drop();
  });

  /** Somebody is registered and read back: asked until it is so, and each time answered. */
  const isServed = async (api: RealProcess) => {
    const client = api.client('receptionist');
    await until(async () => {
      const written = await client.post('/v1/patients', demographics()).catch(() => undefined);
      if (written?.status !== 201) return false;
      const read = await client.get(`/v1/patients/${written.body.id}`, {
        'consistency-token': written.headers.get('consistency-token')!,
      });
      return read.status === 200;
    }, RECOVERED_WITHIN_MS);
  };
  /** The load goes on: not only what had been sent before. */
  const goesOn = async () => {
    const { acknowledged, faults } = load!.ledger;
    const enough = acknowledged.length + 20;
    await until(() => acknowledged.length >= enough || faults.length > 0, RECOVERED_WITHIN_MS);
    expect(faults).toEqual([]);
  };
  /** Commands and reads under way all the time, each answered with what it asked for in the end, or with a 503 in time. */
  const underLoad = async (api: RealProcess, step: () => Promise<void>) => {
    load = new Load([api], seed);
    await load.start(6);
    await load.goOn();
    await step();
    await goesOn();
    await load.stop();
    await promisesHold(database.url, load.ledger);
  };

  it('at one backend that stands still are given up, and everybody else is served', async () => {
    const api = await processes.start();
    await until(() => isReady(api));
    const desk = new Desk(api.client('receptionist'));
    await Promise.all(Array.from({ length: 30 }, () => desk.registersAndReads()));
    // The session among them, and those that were used last, and will be used next.
    const idle = () =>
      observer.rows<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and state = 'idle' and backend_type = 'client backend' order by state_change desc`,
      );
    const session = await observer.rows<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = 7778
       and database = (select oid from pg_database where datname = current_database())`,
    );
    for (let round = 0; round < BACKENDS; round++) {
      const { pid } = (round === 0 ? session : await idle())[random.below(round === 0 ? 1 : 4)]!;
      process.kill(pid, 'SIGSTOP');
      try {
        await Promise.all([isServed(api), isServed(api), isServed(api)]);
        // And then for good, while it still stands.
        for (let n = 0; n < 5; n++) await new Desk(api.client('receptionist')).registersAndReads();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await until(() => isReady(api), RECOVERED_WITHIN_MS);
    }
    expect(api.stderr).toBe('');
  }, 180_000);

  it('that are all lost without a word are replaced', async () => {
    const api = await processes.start();
    await until(() => isReady(api));
    await underLoad(api, async () => {
      for (let round = 0; round < 2; round++) {
        proxy.loseConnections();
        await goesOn();
        await until(() => isReady(api), RECOVERED_WITHIN_MS);
        await pause(random.below(500));
      }
    });
  }, 120_000);

  it.each([
    ['lead nowhere, old and new', async () => proxy.blackHole()],
    ['stand still', async () => proxy.stop()],
  ])(
    'that %s for a while are answered for, and all is well when the network is',
    async (_what, fail) => {
      const api = await processes.start();
      await until(() => isReady(api));
      await underLoad(api, async () => {
        await fail();
        await until(async () => (await readyOf(api)).status === 503, RECOVERED_WITHIN_MS);
        await pause(6000);
        expect((await readyOf(api)).body.checks.database.ok).toBe(false);
        expect((await api.client().get('/health/live')).status).toBe(200);
        await proxy.resume();
        await goesOn();
        await until(() => isReady(api), RECOVERED_WITHIN_MS);
      });
    },
    120_000,
  );

  it('to a worker leave another one its work', async () => {
    const api = await processes.start({ ROLE: 'api', DATABASE_URL: database.url });
    await processes.start({ ROLE: 'worker' });
    const other = await processes.start({ ROLE: 'worker', DATABASE_URL: database.url });
    for (const one of [api, other]) await until(() => isReady(one));
    proxy.blackHole();
    await new Desk(api.client('receptionist')).register();
    const head = await observer.head();
    await until(async () => (await observer.behind(head)).length === 0, RECOVERED_WITHIN_MS);
    await proxy.resume();
    await isServed(api);
  }, 60_000);
});

describe('one stream of 5,000 events', () => {
  /** Far more than it takes, and far less than when everybody waits for that stream. */
  const SERVED_WITHIN_MS = 2000;
  const EVENTS = 5000;

  it('under commands that are refused holds up nobody else', async () => {
    const database = await createTestDatabase();
    const processes = new Processes(() => database.url);
    const observer = await Observer.on(database.url);
    const api = await processes.start();
    await until(() => isReady(api));
    const desk = new Desk(api.client('receptionist'));
    const { id } = await desk.registersAndReads();
    await observer.rows(
      `select write.append_event($1, 'patients.patient', n, gen_random_uuid(), 'patients.demographics-changed', 1::smallint,
         $2::jsonb || jsonb_build_object('name', jsonb_build_object('family', 'Number ' || n, 'given', '[]'::jsonb), 'telecom', '[]'::jsonb),
         jsonb_build_object('actor', 'registry', 'correlationId', gen_random_uuid(), 'patientId', $1::uuid), null, null)
       from generate_series(1, $3) n`,
      [id, JSON.stringify(demographics()), EVENTS - 1],
    );
    const other = await desk.registersAndReads();

    const working = { over: false };
    let refused = 0;
    const refusing = Array.from({ length: 6 }, async () => {
      while (!working.over) {
        expect((await desk.rename(id, 'Late', 1)).status).toBe(412);
        refused++;
      }
    });
    const times: number[] = [];
    const since = Date.now();
    for (let version = 1; Date.now() - since < 6000; version++) {
      const began = Date.now();
      expect((await desk.rename(other.id, `Number ${version}`, version)).status).toBe(200);
      times.push(Date.now() - began);
      expect((await desk.client.get(`/v1/patients/${other.id}`)).status).toBe(200);
    }
    working.over = true;
    await Promise.all(refusing);
    times.sort((a, b) => a - b);
    console.log(
      `${refused} refused; ${times.length} others after ${times[times.length >> 1]} ms (median), ${times.at(-1)} at most`,
    );
    expect(times.at(-1)).toBeLessThan(SERVED_WITHIN_MS);
    await processes.end();
    await observer.close();
    await database.drop();
  }, 60_000);
});
