import { Injectable, Module, type Type } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { bufferCount, delay, filter, map, type Observable, pairwise, scan, take, zip } from 'rxjs';
import { type DomainEvent, newId, SubscriptionStatus } from '../../src/event-sourcing/index.js';
import { until } from '../support/until.js';
import { AlarmSet, Count, Counted, CounterModule, DoubleIt, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

type Events = Observable<DomainEvent>;
const double = (event: DomainEvent) => new DoubleIt(event.recorded.streamId, event.recorded.streamVersion);

@Injectable()
class Pairs {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      pairwise(),
      map(([, event]) => double(event)),
    );
}
@Injectable()
class Buffers {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      bufferCount(2),
      map(([event]) => double(event!)),
    );
}
@Injectable()
class FirstOnly {
  @Saga() saga = (events$: Events) => events$.pipe(take(1), map(double));
}
@Injectable()
class Counts {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      scan(({ n }, event) => ({ n: n + 1, event }), { n: 0, event: undefined as DomainEvent | undefined }),
      filter(({ n }) => n % 2 === 0),
      map(({ event }) => double(event!)),
    );
}
@Injectable()
class Zips {
  @Saga() saga = (events$: Events) =>
    zip(events$.pipe(ofType(Counted)), events$.pipe(ofType(AlarmSet))).pipe(map(([event]) => double(event)));
}
@Injectable()
class Delays {
  @Saga() saga = (events$: Events) => events$.pipe(delay(5), map(double));
}

const moduleWith = (saga: Type): Type => {
  @Module({ providers: [saga] })
  class WithSaga {}
  return WithSaga;
};

describe('a saga whose operators cannot be durable', () => {
  it.each([
    ['pairwise', Pairs],
    ['bufferCount', Buffers],
    ['take', FirstOnly],
    ['scan', Counts],
    ['zip of two kinds of events', Zips],
    ['delay', Delays],
  ])('stops where it is, visibly, and loses nothing in silence: %s', async (_operator, saga) => {
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, { modules: [CounterModule, moduleWith(saga)] });
    const name = `saga:${saga.name}`;
    const stateOf = async () =>
      (await engine.app.get(SubscriptionStatus).states()).find((subscription) => subscription.name === name);
    await until(async () => (await stateOf())?.running === true);

    const id = newId();
    await engine.execute(new Count(id));
    await engine.execute(new SetAlarm(id, '2999-01-01T00:00:00.000Z'));
    await until(async () => (await stateOf())?.running === false);

    expect((await stateOf())?.caughtUp).toBe(false);
    expect(await engine.rows('select from write.pending_commands where saga = $1', [name])).toEqual([]);
    await engine.stop();
    await database.drop();
  });
});

describe('a saga', () => {
  it('that no class answers for, as after a deploy that was taken back, is nobody else’s trouble', async () => {
    const database = await createEngineDatabase();
    const before = await Engine.start(database.url);
    await before.settle();
    await before.rows(`insert into write.subscriptions (name) values ('saga:OfAnotherBuild')`);
    const states = await before.app.get(SubscriptionStatus).states();
    expect(states.map(({ name }) => name)).not.toContain('saga:OfAnotherBuild');
    expect(states.every(({ running }) => running)).toBe(true);
    await before.stop();
    await database.drop();
  });

  it('does not answer what happened before it existed', async () => {
    @Injectable()
    class LateComer {
      @Saga() saga = (events$: Events) => events$.pipe(ofType(Counted), map(double));
    }
    const database = await createEngineDatabase();
    const before = await Engine.start(database.url);
    await before.execute(new Count(newId()));
    await before.settle();
    await before.stop();

    const after = await Engine.start(database.url, { modules: [CounterModule, moduleWith(LateComer)] });
    await after.settle();
    expect(await after.rows(`select from write.pending_commands where saga = 'saga:LateComer'`)).toEqual([]);
    await after.execute(new Count(newId()));
    await after.settle();
    expect(await after.rows(`select from write.pending_commands where saga = 'saga:LateComer'`)).toHaveLength(1);
    await after.stop();
    await database.drop();
  });

  it('that did not answer one event is asked about the next of its type, when it looks at what is in them', async () => {
    @Injectable()
    class Large {
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          ofType(Counted),
          filter(({ data }) => data.by > 1),
          map(double),
        );
    }
    @Injectable()
    class Later {
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          ofType(Counted),
          filter(({ recorded }) => recorded.streamVersion > 1),
          map(double),
        );
    }
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, {
      modules: [CounterModule, moduleWith(Large), moduleWith(Later)],
    });
    await engine.settle();
    const id = newId();
    await engine.execute(new Count(id, 1));
    await engine.settle();
    const answersOf = (saga: Type) =>
      engine.rows('select from write.pending_commands where saga = $1', [`saga:${saga.name}`]);
    expect(await answersOf(Large)).toHaveLength(0);
    expect(await answersOf(Later)).toHaveLength(0);
    await engine.execute(new Count(id, 2));
    await engine.settle();
    expect(await answersOf(Large)).toHaveLength(1);
    expect(await answersOf(Later)).toHaveLength(1);
    await engine.stop();
    await database.drop();
  });
});
