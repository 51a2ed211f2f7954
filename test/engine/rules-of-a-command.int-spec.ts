import { Injectable, Module } from '@nestjs/common';
import {
  Command,
  CommandBus,
  CommandHandler,
  EventsHandler,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs';
import {
  Aggregates,
  AsOf,
  currentUnitOfWork,
  EventSourcingModule,
  Facts,
  newId,
  Streams,
} from '../../src/event-sourcing/index.js';
import { Observer } from '../support/observer.js';
import { until } from '../support/until.js';
import { AlarmSet, Count, Counted, Counter, CounterModule, DoubleIt, Ring } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

/** What another module might know of a counter. */
class Tally extends Facts {
  static readonly of = 'counter';
  static readonly begins = [Counted, AlarmSet];
  static readonly guarded = true;
  total = 0;

  protected onCounted({ data }: Counted): void {
    this.total += data.by;
  }
}

interface Tools {
  readonly counters: Aggregates<Counter>;
  readonly streams: Streams;
  readonly bus: CommandBus;
  readonly attempt: number;
}

/** A command whose handler does what the test says. */
class Script extends Command<void> {
  attempts = 0;

  constructor(readonly steps: (tools: Tools) => Promise<void>) {
    super();
  }
}

@CommandHandler(Script)
class ScriptHandler implements ICommandHandler<Script> {
  constructor(
    private readonly streams: Streams,
    private readonly bus: CommandBus,
  ) {}

  execute(script: Script): Promise<void> {
    const { streams, bus } = this;
    const counters = new Aggregates(Counter, streams);
    return script.steps({ counters, streams, bus, attempt: ++script.attempts });
  }
}

/** A plain handler that answers an alarm with a command. */
@Injectable()
@EventsHandler(AlarmSet)
class RingAtOnce implements IEventHandler<AlarmSet> {
  constructor(private readonly bus: CommandBus) {}

  async handle({ recorded }: AlarmSet): Promise<void> {
    await this.bus.execute(new Ring(recorded.streamId));
  }
}

@Module({
  imports: [EventSourcingModule.forFeature({ events: {}, aggregates: [] })],
  providers: [ScriptHandler, RingAtOnce],
})
class ScriptModule {}

describe('within one command', () => {
  let engine: Engine;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeAll(async () => {
    database = await createEngineDatabase();
    engine = await Engine.start(database.url, { modules: [CounterModule, ScriptModule] });
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });

  const typesOf = async (id: string) =>
    (
      await engine.rows<{ type: string }>(
        'select type from write.events where stream_id = $1 order by stream_version',
        [id],
      )
    ).map(({ type }) => type);
  const run = async (steps: (tools: Tools) => Promise<void>) => {
    const script = new Script(steps);
    const { context } = await engine.execute(script);
    return { attempts: script.attempts, versions: context.outcome!.versions };
  };
  /** A counter whose saga has had its say. */
  const counted = async () => {
    const id = newId();
    await engine.execute(new Count(id));
    await engine.settle();
    return id;
  };

  /** Somebody outside of the command comes between, and so does the saga that answers. */
  const countedByAnother = async (id: string, version: number) => {
    await engine.rows(
      `select write.append_event($1, 'engine.counter', $2, gen_random_uuid(), 'engine.counted', 1::smallint, '{"by": 5}',
        '{"actor": "other", "correlationId": "c"}', null, null)`,
      [id, version],
    );
    await engine.settle();
  };

  it('an aggregate is one object, however often it is loaded', async () => {
    const id = await counted();
    const { versions } = await run(async ({ counters, streams }) => {
      const loaded = [
        ...(await Promise.all([counters.load(id), counters.find(id)])),
        ...(await streams.load([Counter, id], [Counter, id])),
        await counters.load(id),
      ];
      expect(new Set(loaded).size).toBe(1);
      for (const counter of loaded) {
        counter!.double(77);
        counters.save(counter!);
      }
    });
    expect(await typesOf(id)).toEqual(['engine.counted', 'engine.doubled', 'engine.doubled']);
    expect(versions.get(id)).toBe(3);
  });

  it.each(['saved before', 'not saved yet'])('a nested command has the same object, %s', async (when) => {
    const id = await counted();
    await run(async ({ counters, bus }) => {
      const counter = await counters.load(id);
      counter.double(77);
      if (when === 'saved before') counters.save(counter);
      await bus.execute(new DoubleIt(id, 77));
      counters.save(counter);
    });
    expect(await typesOf(id)).toEqual(['engine.counted', 'engine.doubled', 'engine.doubled']);
  });

  it('a nested command finds what is new', async () => {
    const id = newId();
    const { versions } = await run(async ({ counters, bus }) => {
      expect(await counters.find(id)).toBeUndefined();
      const counter = new Counter(id);
      counter.count(2);
      counters.save(counter);
      expect(await counters.load(id)).toBe(counter);
      await bus.execute(new DoubleIt(id, 1));
      await bus.execute(new Count(id));
      expect(counter.total).toBe(3);
    });
    expect((await typesOf(id)).slice(0, 3)).toEqual(['engine.counted', 'engine.doubled', 'engine.counted']);
    expect(versions.get(id)).toBe(3);
  });

  it('a second object for one stream is refused', async () => {
    const [known, fresh] = [await counted(), newId()];
    for (const id of [known, fresh]) {
      const twice = run(async ({ counters }) => {
        const first = (await counters.find(id)) ?? new Counter(id);
        first.count(1);
        counters.save(first);
        const second = new Counter(id);
        second.count(1);
        counters.save(second);
      });
      await expect(twice).rejects.toThrow('A second object for a stream of engine.counter');
    }
    expect(await typesOf(fresh)).toEqual([]);
  });

  it('nothing is staged or enlisted once it was committed', async () => {
    const id = await counted();
    let goOn: () => void = () => undefined;
    const committed = new Promise<void>((resolve) => (goOn = resolve));
    const late: Promise<unknown>[] = [];
    await run(async ({ counters, bus }) => {
      const counter = await counters.load(id);
      late.push(
        committed.then(() => currentUnitOfWork().enlist({ call: 'pg_sleep(0)', values: [] })),
        committed.then(() => counters.save(counter)),
        committed.then(() => bus.execute(new Count(id))),
      );
    });
    goOn();
    for (const { reason } of (await Promise.allSettled(late)) as PromiseRejectedResult[]) {
      expect(String(reason)).toContain('The unit of work was committed');
    }
    expect(await typesOf(id)).toEqual(['engine.counted', 'engine.doubled']);
  });

  it.each([1, 2, 3])('a guard and %i own events of one stream agree', async (events) => {
    const id = await counted();
    const { attempts } = await run(async ({ counters, streams }) => {
      await streams.load([Tally, id]);
      const counter = await counters.load(id);
      for (let n = 0; n < events; n++) counter.count(1);
      counters.save(counter);
    });
    expect(attempts).toBe(1);
    expect((await typesOf(id)).filter((type) => type === 'engine.counted')).toHaveLength(1 + events);
  });

  it('a guard and an aggregate read at two versions run it again', async () => {
    const id = await counted();
    const { attempts } = await run(async ({ counters, streams, attempt }) => {
      const tally = await streams.load([Tally, id]);
      if (attempt === 1) await countedByAnother(id, 2);
      const counter = await counters.load(id);
      expect(attempt === 1 || tally[0].total === 6).toBe(true);
      counter.count(1);
      counters.save(counter);
    });
    expect(attempts).toBe(2);
  });

  it.each([
    ['there is no such stream', 'effects alone', 0],
    ['there is no such stream', 'one event', 1],
    ['there is no such stream', 'several events', 3],
    ['a stream is as it was read', 'effects alone', 0],
    ['a stream is as it was read', 'one event', 1],
    ['a stream is as it was read', 'several events', 3],
  ])('that %s holds beside %s', async (what, _beside, events) => {
    const [guarded, own] = [what === 'there is no such stream' ? newId() : await counted(), newId()];
    const before = (await typesOf(guarded)).length;
    const totals: (number | undefined)[] = [];
    const { attempts } = await run(async ({ counters, streams, attempt }) => {
      totals.push((await streams.find([Tally, guarded]))[0]?.total);
      if (attempt === 1) await countedByAnother(guarded, before);
      currentUnitOfWork().enlist({ call: 'txid_current()', values: [] });
      const counter = new Counter(own);
      for (let n = 0; n < events; n++) counter.count(1);
      if (events > 0) counters.save(counter);
    });
    expect(attempts).toBe(2);
    expect(totals).toEqual(before === 0 ? [undefined, 5] : [1, 6]);
  });

  it('a stream of something else stands in the way of nothing, and nor does one that is not there and never comes', async () => {
    const other = newId();
    await engine.rows(
      `select write.append_event($1, 'engine.other', 0, gen_random_uuid(), 'engine.doubled', 1::smallint, '{}',
        '{"actor": "other", "correlationId": "c"}', null, null)`,
      [other],
    );
    const { attempts } = await run(async ({ counters, streams }) => {
      expect(await streams.find([Tally, other], [Tally, newId()])).toEqual([undefined, undefined]);
      const counter = new Counter(newId());
      counter.count(1);
      counters.save(counter);
    });
    expect(attempts).toBe(1);
  });

  it('two that each hold that the other has not begun do not both begin', async () => {
    const ids = [newId(), newId()];
    const began = await Promise.all(
      ids.map(async (own, n) => {
        let begun = false;
        await run(async ({ counters, streams }) => {
          const [tally] = await streams.find([Tally, ids[1 - n]!]);
          begun = !tally;
          if (tally) return;
          const counter = new Counter(own);
          counter.count(1);
          counters.save(counter);
        });
        return begun;
      }),
    );
    expect(began.filter(Boolean)).toHaveLength(1);
  });

  it('a past moment has each stream without gaps, whatever the clock did', async () => {
    const [id, older] = [await counted(), await counted()];
    const owner = await Observer.on(database.url);
    await owner.rows(`update write.events set recorded_at = now() + interval '2 hours' where stream_id = $1`, [id]);
    await engine.execute(new Count(id));
    // the saga has said what it has to say: nothing is appended between the two looks
    await engine.settle();
    // so recorded by a build that went by the clock alone
    await owner.rows(
      `update write.events set recorded_at = now() + interval '2 hours' where stream_id = $1 and stream_version = 1`,
      [older],
    );
    await owner.close();
    const events = async (stream: string, hours: number) =>
      (await engine.app.get(AsOf).events([stream], new Date(Date.now() + hours * 3_600_000).toISOString())).length;
    for (const stream of [id, older]) {
      expect(await events(stream, 1)).toBe(0);
      expect(await events(stream, 3)).toBe((await typesOf(stream)).length);
    }
  });

  it('facts know what was saved before', async () => {
    const [known, fresh] = [await counted(), newId()];
    await run(async ({ counters, streams }) => {
      expect(await streams.find([Tally, fresh])).toEqual([undefined]);
      for (const id of [known, fresh]) {
        const counter = (await counters.find(id)) ?? new Counter(id);
        counter.count(4);
        counters.save(counter);
      }
      const tallies = await streams.load([Tally, known], [Tally, fresh]);
      expect(tallies.map(({ total }) => total)).toEqual([5, 4]);
    });
  });

  it('of a plain handler, it is known what caused it', async () => {
    const id = newId();
    const { context } = await engine.execute(
      new Script(async ({ counters }) => {
        const counter = new Counter(id);
        counter.apply(new AlarmSet({ dueAt: '2999-01-01T00:00:00.000Z' }));
        counters.save(counter);
        return Promise.resolve();
      }),
    );
    await until(async () => (await typesOf(id)).length === 2);
    const [set, rang] = await engine.rows<{ event_id: string; metadata: Record<string, string> }>(
      'select event_id, metadata from write.events where stream_id = $1 order by stream_version',
      [id],
    );
    expect(rang!.metadata).toMatchObject({
      actor: 'system',
      correlationId: context.correlationId,
      causationId: set!.event_id,
    });
  });
});
