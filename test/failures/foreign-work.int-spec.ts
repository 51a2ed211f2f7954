import { type LoggerService, Module } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { newId, SubscriptionStatus } from '../../src/event-sourcing/index.js';
import { Count, Counted, CounterModule, DoubleIt, DoubleItHandler, SetAlarm } from '../engine/counter.js';
import { createEngineDatabase, Engine, type EngineOptions } from '../engine/engine.js';
import { Observer } from '../support/observer.js';
import { until } from '../support/until.js';

const LIMIT_MS = 300;
/** Longer than any of these tests waits. */
const NO_LIMIT_MS = 120_000;

type Work = (event: Counted) => Promise<void>;
/** Let go when the test is over, so that nothing of it is left. */
const hung: (() => void)[] = [];
const never = () => new Promise<void>((resolve) => hung.push(resolve));

/** Calls another system for each count. What becomes of that is up to the test. */
@EventsHandler(Counted)
class CallsAnotherSystem implements IEventHandler<Counted> {
  static work: Work = () => Promise.resolve();
  static readonly calls: string[] = [];

  handle(event: Counted): Promise<void> {
    CallsAnotherSystem.calls.push(event.recorded.streamId);
    return CallsAnotherSystem.work(event);
  }
}

@Module({ providers: [CallsAnotherSystem] })
class WithHandler {}

const HANDLER = 'handler:CallsAnotherSystem';

class Lines implements LoggerService {
  readonly all: string[] = [];
  private readonly add = (message: unknown) => void this.all.push(String(message));
  log = this.add;
  warn = this.add;
  error = this.add;
  debug = this.add;
}

/** Of the system, and of another database. */
const CODES = ['ENOENT', 'ECONNREFUSED', '57P01'];
const systemError = (code: string) => Object.assign(new Error(`${code}: of another system`), { code });

describe('foreign work', () => {
  let database: { url: string; drop: () => Promise<void> };
  let observer: Observer;
  let engine: Engine | undefined;
  let lines: Lines;

  beforeEach(async () => {
    database = await createEngineDatabase();
    observer = await Observer.on(database.url);
    CallsAnotherSystem.work = () => Promise.resolve();
    CallsAnotherSystem.calls.length = 0;
    DoubleItHandler.beforeExecute = () => Promise.resolve();
  });
  afterEach(async () => {
    DoubleItHandler.beforeExecute = () => Promise.resolve();
    await engine?.stop();
    engine = undefined;
    for (const letGo of hung.splice(0)) letGo();
    await observer.close();
    await database.drop();
  });

  const start = async (options: EngineOptions = {}) => {
    lines = new Lines();
    engine = await Engine.start(database.url, {
      modules: [CounterModule, WithHandler],
      foreignWorkLimitMs: LIMIT_MS,
      logger: lines,
      ...options,
    });
    await until(allRun);
    return engine;
  };
  const states = () => engine!.app.get(SubscriptionStatus).states();
  const allRun = async () => (await states()).every(({ running }) => running);
  const count = async () => {
    const id = newId();
    await engine!.execute(new Count(id));
    return id;
  };
  const setAside = () => observer.rows('select subscription, stream_id, kind, error, attempts from write.dead_letters');
  const isDoubled = async (id: string) =>
    (await observer.rows(`select from write.events where type = 'engine.doubled' and stream_id = $1`, [id])).length > 0;
  const commandOf = async (id: string) =>
    (
      await observer.rows<{ status: string; attempts: number; error: string | null }>(
        `select status, attempts, error from write.pending_commands where payload->>'id' = $1`,
        [id],
      )
    )[0];

  describe('of a handler', () => {
    it('that never returns has failed after its limit, and after its attempts its event is set aside', async () => {
      await start();
      const hanging = newId();
      CallsAnotherSystem.work = ({ recorded }) => (recorded.streamId === hanging ? never() : Promise.resolve());
      await engine!.execute(new Count(hanging));
      const other = await count();

      await until(() => CallsAnotherSystem.calls.includes(other), 20_000);
      expect(await setAside()).toEqual([
        {
          subscription: HANDLER,
          stream_id: hanging,
          kind: 'failed',
          error: expect.stringContaining('TookTooLong'),
          attempts: 4,
        },
      ]);
      expect(CallsAnotherSystem.calls.filter((id) => id === hanging)).toHaveLength(4);
      expect(lines.all.filter((line) => line.includes(HANDLER))).toHaveLength(1);
    });

    it('that never returns holds up neither another subscription, nor the end of a session, nor a stop', async () => {
      await start({ foreignWorkLimitMs: NO_LIMIT_MS });
      CallsAnotherSystem.work = never;
      await count();
      await until(() => CallsAnotherSystem.calls.length === 1);
      const owners = () =>
        observer.rows<{ owner: number }>('select distinct owner from write.subscriptions where owner is not null');
      const [before] = await owners();

      // Its session is lost: a new one takes over, though the handler of the old one still hangs.
      await observer.rows(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = 7778
         and database = (select oid from pg_database where datname = current_database())`,
      );
      await until(async () => {
        const now = await owners();
        return now.length === 1 && now[0]!.owner !== before!.owner;
      });
      await until(allRun);
      const id = await count();
      await until(() => isDoubled(id));

      const since = Date.now();
      await engine!.stop();
      engine = undefined;
      expect(Date.now() - since).toBeLessThan(15_000);
    });

    it.each(CODES)(
      'that fails by %s has failed itself, not the database: it is counted, told of, and its event set aside',
      async (code) => {
        await start();
        const unlucky = newId();
        CallsAnotherSystem.work = async ({ recorded }) => {
          if (recorded.streamId === unlucky) throw systemError(code);
        };
        await engine!.execute(new Count(unlucky));
        const other = await count();
        await until(() => CallsAnotherSystem.calls.includes(other));

        expect(await setAside()).toEqual([
          {
            subscription: HANDLER,
            stream_id: unlucky,
            kind: 'failed',
            error: expect.stringContaining(code),
            attempts: 4,
          },
        ]);
        expect(CallsAnotherSystem.calls.filter((id) => id === unlucky)).toHaveLength(4);
        expect(lines.all.filter((line) => line.includes(HANDLER))).toHaveLength(1);
        expect(await allRun()).toBe(true);
      },
    );
  });

  describe('of a command of a saga', () => {
    /** The next command of that kind does this, the others do nothing special. */
    const nextOnes = (number: number, work: () => Promise<void>) => {
      let left = number;
      DoubleItHandler.beforeExecute = () => (left-- > 0 ? work() : Promise.resolve());
    };

    it('that never returns keeps one slot, and others and timers go on', async () => {
      await start({ foreignWorkLimitMs: NO_LIMIT_MS });
      nextOnes(1, never);
      const hanging = await count();
      await until(
        async () => (await observer.rows('select from write.pending_commands where owner is not null')).length > 0,
      );
      const others = await Promise.all(Array.from({ length: 12 }, count));
      for (const id of others) await until(() => isDoubled(id));
      const alarmed = newId();
      await engine!.execute(new SetAlarm(alarmed, new Date(Date.now() + 200).toISOString()));
      await until(
        async () =>
          (
            await observer.rows(`select from write.events where type = 'engine.alarm-rang' and stream_id = $1`, [
              alarmed,
            ])
          ).length === 1,
      );
      expect(await isDoubled(hanging)).toBe(false);

      const since = Date.now();
      await engine!.stop();
      engine = undefined;
      expect(Date.now() - since).toBeLessThan(15_000);
    });

    it('that never returns loses its slot after its limit, and is dead after its attempts', async () => {
      await start();
      // As many as there are slots.
      const hanging: string[] = [];
      nextOnes(8, never);
      for (let n = 0; n < 8; n++) hanging.push(await count());
      const other = await count();
      await until(() => isDoubled(other));
      for (const id of hanging) await until(async () => ((await commandOf(id))?.attempts ?? 0) > 0);

      const last = newId();
      DoubleItHandler.beforeExecute = never;
      await engine!.execute(new Count(last));
      await until(async () => (await commandOf(last))?.attempts === 1);
      await observer.rows(`update write.pending_commands set attempts = 9 where payload->>'id' = $1`, [last]);
      await until(async () => (await commandOf(last))?.status === 'dead', 20_000);
      expect(await commandOf(last)).toMatchObject({ attempts: 10, error: expect.stringContaining('TookTooLong') });
      expect(lines.all.some((line) => line.includes('is dead after 10 attempts'))).toBe(true);
    });

    it.each(CODES)(
      'that fails by %s has failed itself, not the database: it is counted, told of, and dead after its attempts',
      async (code) => {
        await start();
        nextOnes(Infinity, () => Promise.reject(systemError(code)));
        const id = await count();
        await until(async () => ((await commandOf(id))?.attempts ?? 0) >= 2);
        expect(await commandOf(id)).toMatchObject({ status: 'pending', error: expect.any(String) });
        expect(lines.all.filter((line) => line.includes('engine.double-it'))).toHaveLength(1);
        await observer.rows(`update write.pending_commands set attempts = 9 where payload->>'id' = $1`, [id]);
        await until(async () => (await commandOf(id))?.status === 'dead');
        expect(lines.all.filter((line) => line.includes('is dead after 10 attempts'))).toHaveLength(1);
      },
    );

    it.each(CODES)('or of a client that fails by %s is not the database’s absence, either', async (code) => {
      await start();
      const id = await count();
      const error = systemError(code);
      DoubleItHandler.beforeExecute = () => Promise.reject(error);
      await expect(engine!.execute(new DoubleIt(id, 1))).rejects.toBe(error);
    });

    it('for one aggregate keeps the order of its events, in several processes, also when one of them has to be tried again', async () => {
      await start();
      const beside = await Engine.start(database.url, { modules: [CounterModule, WithHandler] });
      let tries = 0;
      DoubleItHandler.beforeExecute = async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        if (++tries % 7 === 0) throw new Error('not this time');
      };
      const ids = Array.from({ length: 4 }, newId);
      for (let n = 0; n < 12; n++) await Promise.all(ids.map((id) => engine!.execute(new Count(id))));
      await until(
        async () => (await observer.rows(`select from write.pending_commands where status = 'done'`)).length === 48,
        60_000,
      );
      for (const id of ids) {
        const doubled = await observer.rows<{ of: number }>(
          `select (data->>'of')::int as of from write.events where stream_id = $1 and type = 'engine.doubled' order by stream_version`,
          [id],
        );
        const counted = await observer.rows<{ of: number }>(
          `select stream_version as of from write.events where stream_id = $1 and type = 'engine.counted' order by stream_version`,
          [id],
        );
        expect(doubled).toEqual(counted);
      }
      await beside.stop();
    }, 90_000);
  });
});

describe('a durable command that this build does not know', () => {
  it('waits, unharmed, for one that does', async () => {
    const database = await createEngineDatabase();
    const observer = await Observer.on(database.url);
    const engine = await Engine.start(database.url);
    await engine.settle();
    const id = newId();
    await engine.execute(new Count(id));
    await engine.settle();
    await observer.rows(
      `insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, due_at)
       values (gen_random_uuid(), 'saga:OfTheNextBuild', gen_random_uuid(), 0, 'engine.of-the-next-build', '{}', '{}', now())`,
    );
    const other = newId();
    await engine.execute(new Count(other));
    await until(
      async () => (await observer.rows(`select from write.pending_commands where status = 'done'`)).length === 2,
    );
    expect(
      await observer.rows(
        `select status, attempts, owner from write.pending_commands where name = 'engine.of-the-next-build'`,
      ),
    ).toEqual([{ status: 'pending', attempts: 0, owner: null }]);
    await engine.stop();
    await observer.close();
    await database.drop();
  });
});
