import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler, ofType, Saga } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import {
  at,
  DomainError,
  type DomainEvent,
  EventSourcingModule,
  newId,
  refused,
} from '../../src/event-sourcing/index.js';
import { until } from '../support/until.js';
import { AlarmSet, CancelAlarm, Count, Counted, CounterModule, Ring, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

class Follow extends Command<void> {
  constructor(
    readonly id: string,
    readonly version: number,
  ) {
    super();
  }
}

/** Does what the test says at each attempt. */
@CommandHandler(Follow)
class FollowHandler implements ICommandHandler<Follow> {
  static attempts: Follow[] = [];
  static outcome: (command: Follow, attempt: number) => void = () => undefined;

  async execute(command: Follow): Promise<void> {
    FollowHandler.attempts.push(command);
    const attempt = FollowHandler.attempts.filter(
      ({ id, version }) => id === command.id && version === command.version,
    );
    FollowHandler.outcome(command, attempt.length);
  }
}

@Injectable()
class FollowEachCount {
  @Saga()
  saga = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(Counted),
      map(({ recorded }) => new Follow(recorded.streamId, recorded.streamVersion)),
    );
}

/** Sets a timer for the same events, and under the same keys, as the counter's own saga. It withdraws none. */
@Injectable()
class RingToo {
  @Saga()
  saga = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded, data }) => at(data.dueAt, new Ring(recorded.streamId), `alarm:${recorded.streamId}`)),
    );
}

@Module({
  imports: [
    EventSourcingModule.forFeature({
      events: {},
      aggregates: [],
      durableCommands: { 'engine.follow': Follow },
    }),
  ],
  providers: [FollowHandler, FollowEachCount, RingToo],
})
class FollowModule {}

const FAR_AWAY = '2999-01-01T00:00:00.000Z';

describe('a command of a saga', () => {
  let engine: Engine;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeAll(async () => {
    database = await createEngineDatabase();
    engine = await Engine.start(database.url, { modules: [CounterModule, FollowModule] });
    await engine.settle();
  });
  beforeEach(() => {
    FollowHandler.attempts = [];
    FollowHandler.outcome = () => undefined;
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });

  const commandsFor = (streamId: string) =>
    engine.rows<{ status: string; attempts: number; error: string | null; finished: boolean; saga: string }>(
      `select c.saga, c.status, c.attempts, c.error, c.finished_at is not null as finished
       from write.pending_commands c
       where payload->>'id' = $1 and name in ('engine.follow', 'engine.ring') order by c.position, c.saga`,
      [streamId],
    );
  /** Lets what is postponed be due at once. */
  const hasten = () =>
    engine.rows(`update write.pending_commands set due_at = now()
      where name = 'engine.follow' and status = 'pending' and owner is null and due_at > now()`);
  const hastened = (condition: () => Promise<boolean>) =>
    until(async () => {
      await hasten();
      return condition();
    });
  const attemptsOf = (streamId: string) => FollowHandler.attempts.filter(({ id }) => id === streamId);
  const statusOf = async (streamId: string) => (await commandsFor(streamId))[0]?.status;

  it('that fails is dead after ten attempts, and is not tried again', async () => {
    FollowHandler.outcome = () => {
      throw new TypeError('the mail server refuses');
    };
    const id = newId();
    await engine.execute(new Count(id));
    await hastened(async () => (await statusOf(id)) === 'dead');
    expect(attemptsOf(id)).toHaveLength(10);
    expect(await commandsFor(id)).toMatchObject([{ status: 'dead', attempts: 10, error: 'TypeError', finished: true }]);

    const later = newId();
    FollowHandler.outcome = () => undefined;
    await engine.execute(new Count(later));
    await hastened(async () => (await statusOf(later)) === 'done');
    expect(attemptsOf(id)).toHaveLength(10);
  });

  it('that succeeds at the tenth attempt is done', async () => {
    FollowHandler.outcome = (_command, attempt) => {
      if (attempt < 10) throw new Error('not yet');
    };
    const id = newId();
    await engine.execute(new Count(id));
    await hastened(async () => (await statusOf(id)) === 'done');
    expect(attemptsOf(id)).toHaveLength(10);
  });

  it('that a rule refuses is refused at its first attempt, with the code of the rule', async () => {
    FollowHandler.outcome = () => {
      throw refused('too-late', 'It is too late.');
    };
    const id = newId();
    await engine.execute(new Count(id));
    await until(async () => (await commandsFor(id)).some(({ finished }) => finished));
    expect(await commandsFor(id)).toMatchObject([
      { status: 'refused', attempts: 1, error: 'too-late', finished: true },
    ]);
    expect(attemptsOf(id)).toHaveLength(1);
  });

  it('that meets something unavailable is tried again, and not refused', async () => {
    FollowHandler.outcome = (_command, attempt) => {
      if (attempt === 1) throw new DomainError('unavailable', 'calendar-away', 'The calendar is away.');
    };
    const id = newId();
    await engine.execute(new Count(id));
    await hastened(async () => (await statusOf(id)) === 'done');
    expect(attemptsOf(id)).toHaveLength(2);
  });

  it('waits for the one before it in its stream, while those of other streams go on', async () => {
    const [held, free] = [newId(), newId()];
    let open = false;
    FollowHandler.outcome = ({ id, version }) => {
      if (id === held && version === 1 && !open) throw new Error('not yet');
    };
    for (let n = 0; n < 3; n++) await engine.execute(new Count(held));
    await engine.execute(new Count(free));
    await hastened(async () => (await statusOf(free)) === 'done' && attemptsOf(held).length > 2);
    expect((await commandsFor(held)).map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    open = true;
    await hastened(async () => (await commandsFor(held)).every(({ status }) => status === 'done'));
    const order = attemptsOf(held).map(({ version }) => version);
    expect(order).toEqual([...order.slice(0, -2).fill(1), 2, 3]);
  });

  it('that waits for its time is not withdrawn by another saga with the same key', async () => {
    const id = newId();
    await engine.execute(new SetAlarm(id, FAR_AWAY));
    await until(async () => (await commandsFor(id)).length === 2);
    await engine.execute(new CancelAlarm(id));
    await engine.settle();
    expect(await commandsFor(id)).toMatchObject([
      { saga: 'saga:DoubleEachCount', status: 'cancelled', finished: true },
      { saga: 'saga:RingToo', status: 'pending', finished: false },
    ]);
  });
});
