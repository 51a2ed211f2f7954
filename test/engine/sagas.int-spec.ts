import { Injectable, Module, type Type } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import {
  bufferCount,
  delay,
  distinct,
  filter,
  map,
  type Observable,
  pairwise,
  scan,
  shareReplay,
  switchMap,
  take,
  zip,
} from 'rxjs';
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

const isLarge = (event: DomainEvent): event is Counted => event instanceof Counted && event.data.by > 1;
@Injectable()
class FirstLargeOnly {
  @Saga() saga = (events$: Events) => events$.pipe(ofType(Counted), filter(isLarge), take(1), map(double));
}
@Injectable()
class EachSecondLarge {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      ofType(Counted),
      filter(isLarge),
      scan(({ n }, event) => ({ n: n + 1, event }), { n: 0, event: undefined as DomainEvent | undefined }),
      filter(({ n }) => n % 2 === 0),
      map(({ event }) => double(event!)),
    );
}
@Injectable()
class CountsInItsCommands {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      filter(isLarge),
      scan(({ n }, event) => ({ n: n + 1, event }), { n: 0, event: undefined as DomainEvent | undefined }),
      map(({ n, event }) => new DoubleIt(event!.recorded.streamId, n)),
    );
}
@Injectable()
class Distinct {
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      filter(isLarge),
      distinct(({ recorded }) => recorded.streamId),
      map(double),
    );
}
@Injectable()
class KeepsAList {
  private readonly seen = new Set<string>();
  @Saga() saga = (events$: Events) =>
    events$.pipe(
      filter(isLarge),
      filter(({ recorded }) => this.seen.size < this.seen.add(recorded.streamId).size),
      map(double),
    );
}
@Injectable()
class ZipsLarge {
  @Saga() saga = (events$: Events) =>
    zip(events$.pipe(ofType(Counted), filter(isLarge)), events$.pipe(ofType(AlarmSet))).pipe(
      map(([event]) => double(event)),
    );
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
    ['filter and take', FirstLargeOnly],
    ['filter and scan', EachSecondLarge],
    ['scan, as many commands with other contents', CountsInItsCommands],
    ['distinct', Distinct],
    ['a list in its class', KeepsAList],
    ['filter and zip', ZipsLarge],
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
    await engine.execute(new Count(id, 2));
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

  it('that is put together otherwise than when it was declared stops, visibly', async () => {
    @Injectable()
    class Fickle {
      static first = true;
      @Saga() saga = (events$: Events) =>
        Fickle.first ? events$.pipe(ofType(Counted), map(double)) : events$.pipe(ofType(AlarmSet), map(double));
    }
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, { modules: [CounterModule, moduleWith(Fickle)] });
    const state = async () =>
      (await engine.app.get(SubscriptionStatus).states()).find(({ name }) => name === 'saga:Fickle')!;
    await until(async () => (await state()).running);
    Fickle.first = false;
    await engine.execute(new Count(newId()));
    await until(async () => !(await state()).running);
    expect((await state()).trouble).toContain('NotDurable');
    await engine.stop();
    await database.drop();
  });

  it('that looks at another type after an event stops, visibly, for it would be deaf to that', async () => {
    @Injectable()
    class AlarmAfterCount {
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          ofType(Counted),
          switchMap(() => events$.pipe(ofType(AlarmSet), map(double))),
        );
    }
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, { modules: [CounterModule, moduleWith(AlarmAfterCount)] });
    const state = async () =>
      (await engine.app.get(SubscriptionStatus).states()).find(({ name }) => name === 'saga:AlarmAfterCount')!;
    await until(async () => (await state()).running);
    await engine.execute(new Count(newId()));
    await until(async () => !(await state()).running);
    expect((await state()).trouble).toContain('NotDurable');
    await engine.stop();
    await database.drop();
  });

  it('that has a switch goes by it at once, whatever it answered before', async () => {
    @Injectable()
    class Switched {
      static on = false;
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          ofType(Counted, AlarmSet),
          filter(() => Switched.on),
          map(double),
        );
    }
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, { modules: [CounterModule, moduleWith(Switched)] });
    const states = () => engine.app.get(SubscriptionStatus).states();
    await engine.settle();
    const id = newId();
    for (const command of [new Count(id), new SetAlarm(id, '2999-01-01T00:00:00.000Z'), new Count(id), new Count(id)]) {
      await engine.execute(command);
      await until(async () =>
        (await states()).some((each) => each.name === 'saga:Switched' && (each.caughtUp || !each.running)),
      );
      Switched.on = !Switched.on;
    }
    expect((await states()).every(({ running }) => running)).toBe(true);
    expect(await engine.rows(`select from write.pending_commands where saga = 'saga:Switched'`)).toHaveLength(2);
    await engine.stop();
    await database.drop();
  });

  it('that makes something new for each answer, or has a switch, has no memory', async () => {
    @Injectable()
    class Makes {
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          ofType(Counted),
          filter(({ data }) => data.by === 1),
          filter(({ recorded }) => recorded.streamVersion === 1),
          map(() => new DoubleIt(newId(), 1)),
        );
    }
    @Injectable()
    class Switched {
      static on = false;
      @Saga() saga = (events$: Events) =>
        events$.pipe(
          filter((event) => event instanceof Counted && Switched.on),
          shareReplay(1),
          map(double),
        );
    }
    const database = await createEngineDatabase();
    const engine = await Engine.start(database.url, {
      modules: [CounterModule, moduleWith(Makes), moduleWith(Switched)],
    });
    await engine.settle();
    const ids = [newId(), newId()];
    const position = async (saga: string) =>
      (await engine.rows<{ position: number }>('select position from write.subscriptions where name = $1', [saga]))[0]!
        .position;
    for (const [n, id] of ids.entries()) {
      Switched.on = n === 1;
      await engine.execute(new Count(id));
      await until(
        async () =>
          (await engine.rows(`select from write.pending_commands where saga = 'saga:Makes'`)).length === n + 1,
      );
      const [head] = await engine.rows<{ last: number }>('select max(position) as last from write.events');
      await until(async () => (await position('saga:Switched')) >= head!.last);
    }
    expect(
      await engine.rows(`select payload->>'id' as id from write.pending_commands where saga = 'saga:Switched'`),
    ).toEqual([{ id: ids[1] }]);
    expect((await engine.app.get(SubscriptionStatus).states()).every(({ running }) => running)).toBe(true);
    await engine.stop();
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
