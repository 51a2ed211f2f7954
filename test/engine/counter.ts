import { Injectable, Module } from '@nestjs/common';
import {
  Command,
  CommandHandler,
  EventsHandler,
  type ICommandHandler,
  type IQueryHandler,
  ofType,
  Query,
  QueryHandler,
  Saga,
} from '@nestjs/cqrs';
import { TypeOrmModule } from '@nestjs/typeorm';
import { map, type Observable } from 'rxjs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Database } from '../../src/database/database.js';
import { sql } from '../../src/database/sql.js';
import {
  Aggregate,
  Aggregates,
  at,
  CancelTimer,
  catalogue,
  currentUnitOfWork,
  DomainEvent,
  EventSourcingModule,
  InjectAggregates,
  Projection,
  Projects,
  Reads,
  refused,
} from '../../src/event-sourcing/index.js';

/** The smallest module that uses all of the engine: counters, doubled by a saga, alarmed by a timer, with unique labels. */
export class Counted extends DomainEvent<{ by: number; label?: string }> {}
export class Doubled extends DomainEvent<{ of: number }> {}
export class AlarmSet extends DomainEvent<{ dueAt: string }> {}
export class AlarmRang extends DomainEvent<Record<string, never>> {}
export class AlarmCancelled extends DomainEvent<Record<string, never>> {}

export class Counter extends Aggregate {
  static override readonly streamType = 'engine.counter';
  static override readonly events = [Counted, Doubled, AlarmSet, AlarmRang, AlarmCancelled];
  total = 0;
  readonly doubled = new Set<number>();
  rang = 0;

  count(by: number, label?: string): void {
    this.must(by > 0, 'not-positive', 'A counter only grows.');
    this.apply(new Counted(label ? { by, label } : { by }));
  }

  double(version: number): void {
    if (!this.doubled.has(version)) this.apply(new Doubled({ of: version }));
  }

  protected onCounted({ data }: Counted): void {
    this.total += data.by;
  }
  protected onDoubled({ data }: Doubled): void {
    this.doubled.add(data.of);
  }
  protected onAlarmSet(): void {}
  protected onAlarmCancelled(): void {}
  protected onAlarmRang(): void {
    this.rang++;
  }
}

export class Count extends Command<{ id: string; total: number }> {
  constructor(
    readonly id: string,
    readonly by = 1,
    readonly label?: string,
    readonly whenTaken: () => Error | Promise<Error> = () => refused('label-taken', 'That label is taken.'),
  ) {
    super();
  }
}

@CommandHandler(Count)
export class CountHandler implements ICommandHandler<Count> {
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ id, by, label, whenTaken }: Count) {
    const counter = (await this.counters.find(id)) ?? new Counter(id);
    counter.count(by, label);
    this.counters.save(counter);
    if (label) {
      currentUnitOfWork().enlist({
        call: 'write.claim_label($1, $2::uuid)',
        values: [label, id],
        onViolation: (constraint) => (constraint === 'labels_pkey' ? whenTaken() : undefined),
      });
    }
    return { id, total: counter.total };
  }
}

export class Move extends Command<void> {
  constructor(
    readonly from: string,
    readonly to: string,
  ) {
    super();
  }
}

@CommandHandler(Move)
export class MoveHandler implements ICommandHandler<Move> {
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ from, to }: Move): Promise<void> {
    for (const id of [from, to]) {
      const counter = await this.counters.load(id);
      counter.count(1);
      this.counters.save(counter);
    }
  }
}

export class DoubleIt extends Command<void> {
  constructor(
    readonly id: string,
    readonly version: number,
  ) {
    super();
  }
}

@CommandHandler(DoubleIt)
export class DoubleItHandler implements ICommandHandler<DoubleIt> {
  static beforeExecute: () => Promise<void> = () => Promise.resolve();
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ id, version }: DoubleIt): Promise<void> {
    await DoubleItHandler.beforeExecute();
    const counter = await this.counters.load(id);
    counter.double(version);
    this.counters.save(counter);
  }
}

export class SetAlarm extends Command<void> {
  constructor(
    readonly id: string,
    readonly dueAt: string,
  ) {
    super();
  }
}

@CommandHandler(SetAlarm)
export class SetAlarmHandler implements ICommandHandler<SetAlarm> {
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ id, dueAt }: SetAlarm): Promise<void> {
    const counter = (await this.counters.find(id)) ?? new Counter(id);
    counter.apply(new AlarmSet({ dueAt }));
    this.counters.save(counter);
  }
}

export class CancelAlarm extends Command<void> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(CancelAlarm)
export class CancelAlarmHandler implements ICommandHandler<CancelAlarm> {
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ id }: CancelAlarm): Promise<void> {
    const counter = await this.counters.load(id);
    counter.apply(new AlarmCancelled({}));
    this.counters.save(counter);
  }
}

export class Ring extends Command<void> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(Ring)
export class RingHandler implements ICommandHandler<Ring> {
  constructor(@InjectAggregates(Counter) private readonly counters: Aggregates<Counter>) {}

  async execute({ id }: Ring): Promise<void> {
    const counter = await this.counters.load(id);
    counter.apply(new AlarmRang({}));
    this.counters.save(counter);
  }
}

@Injectable()
export class DoubleEachCount {
  @Saga()
  double = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(Counted),
      map(({ recorded }) => new DoubleIt(recorded.streamId, recorded.streamVersion)),
    );

  @Saga()
  alarm = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded, data }) => at(data.dueAt, new Ring(recorded.streamId), `alarm:${recorded.streamId}`)),
    );

  @Saga()
  cancelAlarm = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(AlarmCancelled),
      map(({ recorded }) => new CancelTimer(`alarm:${recorded.streamId}`)),
    );
}

@Entity({ schema: 'read', name: 'counter_summary' })
export class CounterSummary {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') total!: number;
  @Column('int', { name: 'events_seen' }) eventsSeen!: number;
  @Column('int') version!: number;
  @Column('timestamptz', { name: 'changed_at' }) changedAt!: string;
  @Column('jsonb') labels!: string[];
}

@EventsHandler(Counted, Doubled, AlarmRang)
@Projects(CounterSummary, { version: 1 })
export class CounterSummaryProjection extends Projection<CounterSummary> {
  /** The labels that it cannot take. */
  static poison: ReadonlySet<string> = new Set(['poison']);

  onCounted(row: CounterSummary | undefined, { data, recorded }: Counted): CounterSummary {
    if (CounterSummaryProjection.poison.has(data.label ?? '')) throw new Error('cannot be projected');
    return {
      id: recorded.streamId,
      total: (row?.total ?? 0) + data.by,
      eventsSeen: (row?.eventsSeen ?? 0) + 1,
      version: recorded.streamVersion,
      changedAt: recorded.recordedAt,
      labels: [...(row?.labels ?? []), ...(data.label ? [data.label] : [])],
    };
  }

  onDoubled(row: CounterSummary, { recorded }: Doubled): CounterSummary {
    return { ...row, eventsSeen: row.eventsSeen + 1, version: recorded.streamVersion };
  }

  onAlarmRang(row: CounterSummary | undefined): CounterSummary | undefined {
    return row && { ...row, eventsSeen: row.eventsSeen + 1 };
  }
}

export class GetCounter extends Query<CounterSummary | undefined> {
  constructor(readonly id: string) {
    super();
  }
}

const byId = sql`select id, total, events_seen as "eventsSeen", version from read.counter_summary where id = $1`;

@QueryHandler(GetCounter)
@Reads(CounterSummaryProjection)
export class GetCounterHandler implements IQueryHandler<GetCounter> {
  constructor(private readonly database: Database) {}

  async execute({ id }: GetCounter) {
    const [row] = await this.database.query<CounterSummary & Record<string, unknown>>(byId, [id]);
    return row;
  }
}

export const counterEvents = catalogue('engine', {
  counted: { event: Counted },
  doubled: { event: Doubled },
  'alarm-set': { event: AlarmSet },
  'alarm-rang': { event: AlarmRang },
  'alarm-cancelled': { event: AlarmCancelled },
});

@Module({
  imports: [
    TypeOrmModule.forFeature([CounterSummary]),
    EventSourcingModule.forFeature({
      events: counterEvents,
      aggregates: [Counter],
      durableCommands: { 'engine.double-it': DoubleIt, 'engine.ring': Ring },
    }),
  ],
  providers: [
    CountHandler,
    MoveHandler,
    DoubleItHandler,
    SetAlarmHandler,
    CancelAlarmHandler,
    RingHandler,
    DoubleEachCount,
    CounterSummaryProjection,
    GetCounterHandler,
  ],
})
export class CounterModule {}

export const counterTables = `
  create table write.labels (label text primary key, counter uuid not null);
  create function write.claim_label(label text, counter uuid) returns boolean language sql as
    $$ insert into write.labels values (label, counter) returning true $$;
  create table read.counter_summary (id uuid primary key, total int not null, events_seen int not null, version int not null,
    changed_at timestamptz not null, labels jsonb not null);`;
