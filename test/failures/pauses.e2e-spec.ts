import { setTimeout as pause } from 'node:timers/promises';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes, readyOf } from '../support/processes.js';
import { Random } from '../support/random.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** `ROUNDS=20 npm run jest -- test/failures/pauses` for more orders. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 1);
/** Longer than a lease lasts. */
const PAUSE_MS = 16_000;
const RECOVERED_WITHIN_MS = 15_000;
const seed = Random.seed();

/** What happens around a pause. */
interface Order {
  /** The worker that stands still was the first to come. */
  readonly isFirst: boolean;
  /** It holds all there is, and the other one comes meanwhile. */
  readonly isAlone: boolean;
  /** There is something to do meanwhile. */
  readonly isBusy: boolean;
  /** It is seen to work again before the other one ends. */
  readonly isAwaited: boolean;
  /** Of the other one. */
  readonly end: 'stop' | 'kill';
}

/** Nothing tells the worker that comes back that it holds nothing any more, but its own look. */
const THE_QUIET_ONE: Order = { isFirst: true, isAlone: false, isBusy: false, isAwaited: false, end: 'stop' };
const anyOrder = (random: Random): Order => ({
  isFirst: random.chance(0.5),
  isAlone: random.chance(0.3),
  isBusy: random.chance(0.5),
  isAwaited: random.chance(0.5),
  end: random.pick(['stop', 'kill']),
});

describe(`workers that stand still for ${PAUSE_MS / 1000} s, as in a pause of their machine (SEED=${seed})`, () => {
  const random = new Random(seed);
  let database: TestDatabase;
  let observer: Observer;
  const processes = new Processes(() => database.url);

  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await processes.end();
    await observer.close();
    await database.drop();
  });

  /** Owners of which a process that lives holds the lock, with the number of subscriptions that they hold. */
  const holders = () =>
    observer.rows<{ owner: number; held: number }>(
      `select owner, count(*)::int as held from write.subscriptions where lease_until > now() and owner in (
         select objid::bigint from pg_locks where locktype = 'advisory' and objsubid = 1 and granted and classid::bigint >> 16 = 7778
           and database = (select oid from pg_database where datname = current_database()))
       group by 1 order by 1`,
    );
  const subscriptions = () => observer.value<number>('select count(*)::int from write.subscriptions');

  /**
   * Each subscription has a holder, and that one does its work: something happens, and all of them store that they have passed it. Every
   * process says that it is ready.
   */
  const allIsWell = async (api: RealProcess, others: readonly RealProcess[]) => {
    const since = Date.now();
    const left = () => Math.max(1000, RECOVERED_WITHIN_MS - (Date.now() - since));
    const held = async () => (await holders()).reduce((sum, holder) => sum + holder.held, 0);
    const all = await subscriptions();
    await until(async () => (await held()) === all, left());
    const { id } = await new Desk(api.client('practitioner')).register();
    expect((await new Desk(api.client('practitioner')).recordDeath(id)).status).toBe(200);
    const head = await observer.head();
    await until(async () => (await observer.behind(head)).length === 0, left());
    for (const one of [api, ...others]) await until(() => isReady(one), left());
    await new Desk(api.client('receptionist')).registersAndReads();
    const due = `select from write.pending_commands where status not in ('done', 'cancelled') and due_at < now()`;
    await until(async () => (await observer.rows(due)).length === 0, left());
    expect(await observer.setAside()).toEqual([]);
  };

  it(
    'leave one holder to each subscription when the other is stopped afterwards, and say truthfully whether they work',
    async () => {
      const api = await processes.start({ ROLE: 'api' });
      const workers = [await processes.start({ ROLE: 'worker' }), await processes.start({ ROLE: 'worker' })] as const;
      await allIsWell(api, workers);

      for (let round = 1; round <= ROUNDS; round++) {
        const { isFirst, isAlone, isBusy, isAwaited, end } = round === 1 ? THE_QUIET_ONE : anyOrder(random);
        const [frozen, other] = isFirst ? workers : [...workers].reverse();
        if (isAlone) await other.stop();

        frozen.freeze();
        if (isAlone) await other.start();
        const writing = { over: false };
        const writes = (async () => {
          const desk = new Desk(api.client('receptionist'));
          while (isBusy && !writing.over) await desk.register();
        })();
        await pause(PAUSE_MS);
        writing.over = true;
        await writes;
        // Who stands still is no holder any more, and nobody else is missing.
        await allIsWell(api, [other]);

        frozen.thaw();
        if (isAwaited) await allIsWell(api, [other, frozen]);
        await other[end]();
        await allIsWell(api, [frozen]);
        await other.start();
        await allIsWell(api, workers);
      }
    },
    60_000 + ROUNDS * 120_000,
  );

  it('make everybody say that nothing is worked on, when there is no other', async () => {
    const api = await processes.start({ ROLE: 'api' });
    const worker = await processes.start({ ROLE: 'worker' });
    await allIsWell(api, [worker]);

    worker.freeze();
    await until(async () => (await readyOf(api)).status === 503, RECOVERED_WITHIN_MS);
    const { detail = '' } = (await readyOf(api)).body.checks.subscriptions;
    expect(detail).toContain('projection:patient_summary@1');

    worker.thaw();
    await allIsWell(api, [worker]);
  }, 60_000);

  it('share the subscriptions out', async () => {
    const api = await processes.start({ ROLE: 'api' });
    const workers = [await processes.start({ ROLE: 'worker' }), await processes.start({ ROLE: 'worker' })];
    const all = await subscriptions();
    const shares = (count: number) =>
      until(async () => {
        const held = (await holders()).map((holder) => holder.held);
        return held.length === count && held.every((share) => share <= Math.ceil(all / count));
      });
    await shares(2);
    await allIsWell(api, workers);

    workers.push(await processes.start({ ROLE: 'worker' }));
    await shares(3);
    await allIsWell(api, workers);

    await workers.pop()!.stop();
    await shares(2);
    await workers.pop()!.kill();
    await shares(1);
    await allIsWell(api, workers);
  }, 90_000);
});
