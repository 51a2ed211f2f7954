import { Injectable, Module, type Type } from '@nestjs/common';
import { CommandHandler, CqrsModule, EventsHandler, Query, QueryHandler } from '@nestjs/cqrs';
import {
  Aggregate,
  catalogue,
  DomainEvent,
  EventSourcingModule,
  Projection,
  Projects,
} from '../../src/event-sourcing/index.js';
import { Count, Counted, CounterModule, CounterSummary } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

class Uncatalogued extends DomainEvent<{ n: number }> {}
class Unapplied extends DomainEvent<{ n: number }> {}
class Evolved extends DomainEvent<{ n: number }> {}

class Gappy extends Aggregate {
  static override readonly streamType = 'engine.gappy';
  static override readonly events = [Uncatalogued, Evolved];
  protected onUncatalogued(): void {}
}

const feature = (events: Parameters<typeof catalogue>[1], aggregates: Type<Aggregate>[] = []) => {
  @Module({
    imports: [
      EventSourcingModule.forFeature({
        events: catalogue('faulty', events),
        aggregates: aggregates as (typeof Gappy)[],
      }),
    ],
  })
  class Faulty {}
  return Faulty;
};
const providing = (provider: Type) => {
  @Module({ providers: [provider] })
  class Faulty {}
  return Faulty;
};

@CommandHandler(Count)
class SecondHandler {
  execute(): void {}
}

@EventsHandler(Uncatalogued)
class HandlesUncatalogued {
  handle(): void {}
}

@EventsHandler(Counted)
@Projects(CounterSummary, { version: 2 })
class Unhandy extends Projection<CounterSummary> {}

@Injectable()
@EventsHandler(Counted)
class Unaimed extends Projection<CounterSummary> {
  onCounted(): undefined {
    return undefined;
  }
}

class Ask extends Query<void> {}

@QueryHandler(Ask)
class ReadsUnsaid {
  execute(): void {}
}

@Module({ imports: [CqrsModule] })
class SecondCqrs {}

describe('the start fails, and says why,', () => {
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeAll(async () => (database = await createEngineDatabase()));
  afterAll(() => database.drop());

  it.each<[string, Type, RegExp]>([
    ['on an event without a catalogue entry', feature({}, [Gappy]), /Uncatalogued of Gappy is in no event catalogue/],
    [
      'on an applied event without a handler method',
      feature({ evolved: { event: Evolved } }, [Gappy]),
      /Gappy has no method onEvolved/,
    ],
    [
      'on a catalogue entry that no aggregate applies',
      feature({ unapplied: { event: Unapplied } }),
      /faulty.unapplied is in an event catalogue/,
    ],
    ['on two names for one event', feature({ again: { event: Counted } }), /Counted has two names/],
    [
      'on an upcaster gap',
      feature({ evolved: { event: Evolved, version: 3, upcasters: { 2: (data) => data } } }),
      /no upcaster from version 1 to 2/,
    ],
    [
      'on two handlers for one command',
      providing(SecondHandler),
      /Two handlers for one command: CountHandler and SecondHandler/,
    ],
    [
      'on a handler of an uncatalogued event',
      providing(HandlesUncatalogued),
      /HandlesUncatalogued handles Uncatalogued/,
    ],
    ['on a projection that misses a method', providing(Unhandy), /Unhandy has no method onCounted/],
    ['on a projection without a read table', providing(Unaimed), /Unaimed does not say which read table it fills/],
    [
      'on a query handler that does not say what it reads',
      providing(ReadsUnsaid),
      /ReadsUnsaid does not say which proj/,
    ],
    ['on a second CqrsModule', SecondCqrs, /CqrsModule is imported a second time/],
  ])('%s', async (_fault, faulty, message) => {
    await expect(Engine.start(database.url, { modules: [CounterModule, faulty] })).rejects.toThrow(message);
  });
});
