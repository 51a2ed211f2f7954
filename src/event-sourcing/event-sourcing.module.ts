import {
  type DynamicModule,
  Inject,
  type InjectionToken,
  Module,
  type OnApplicationBootstrap,
  type Provider,
  type Type,
} from '@nestjs/common';
import { CommandBus, CqrsModule, EventBus, QueryBus } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { Aggregates, aggregatesToken } from './aggregates.js';
import { AsOf } from './as-of.js';
import { BootChecks } from './boot-checks.js';
import { Announcer } from './buses/announcer.js';
import { AppendSignal } from './buses/append-signal.js';
import { CommandHealth } from './buses/command-health.js';
import { DurableCommandBus } from './buses/durable-command-bus.js';
import { DurableEventBus } from './buses/durable-event-bus.js';
import { DurableQueryBus, READ_YOUR_WRITE_TIMEOUT_MS } from './buses/durable-query-bus.js';
import { Idempotency } from './buses/idempotency.js';
import { SetAsideRows } from './buses/set-aside-rows.js';
import { Clock } from './clock.js';
import { type Feature, FeatureRegistry } from './feature-registry.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { type Retention, RETENTION } from './housekeeping/retention.js';
import { FOREIGN_WORK_LIMIT_MS, USUAL_FOREIGN_WORK_LIMIT_MS } from './limits.js';
import { BusExecutor, CommandExecutor } from './sagas/command-executor.js';
import { CommandWorker } from './sagas/command-worker.js';
import { PendingCommands } from './sagas/pending-commands.js';
import { PostgresPendingCommands } from './sagas/postgres-pending-commands.js';
import { Scheduler } from './scheduling/scheduler.js';
import { SystemScheduler } from './scheduling/system-scheduler.js';
import { METADATA_OF, type MetadataOf } from './store/commit-statements.js';
import { EventStore } from './store/event-store.js';
import { Streams } from './streams.js';
import { PostgresSessions } from './subscriptions/postgres-sessions.js';
import { PostgresSubscriptionStore } from './subscriptions/postgres-subscription-store.js';
import { Sessions } from './subscriptions/process-session.js';
import { SubscriptionStore } from './subscriptions/subscription-store.js';
import { SubscriptionStatus } from './subscriptions/subscription-status.js';
import { Subscriptions } from './subscriptions/subscriptions.js';
import { Log } from './tail/log.js';
import { PostgresLog } from './tail/postgres-log.js';

export interface EventSourcingOptions {
  /** How long a query with a consistency token waits for its read models. */
  readonly readYourWriteTimeoutMs: number;
  /** Whether this process runs subscriptions and pending commands, or leaves them to others. */
  readonly runsWork: boolean;
  /** How long a plain event handler or a command of a saga may take; 25 s unless set. */
  readonly foreignWorkLimitMs?: number;
  /** How long what is over is kept, in days. */
  readonly retention?: Retention;
  /** Adds what the application knows of an event to its metadata. */
  readonly metadataOf?: MetadataOf;
}

const OPTIONS = Symbol('EventSourcingOptions');

/** The durable CQRS engine behind Nest's own buses and decorators. Import `forRoot` once, `forFeature` in each feature module. */
@Module({})
export class EventSourcingModule implements OnApplicationBootstrap {
  constructor(
    @Inject(OPTIONS) private readonly options: EventSourcingOptions,
    private readonly checks: BootChecks,
    private readonly subscriptions: Subscriptions,
    private readonly worker: CommandWorker,
    private readonly housekeeping: Housekeeping,
  ) {}

  static forRoot(options: EventSourcingOptions): DynamicModule {
    const engine: (Type | (Provider & { provide: InjectionToken }))[] = [
      Clock,
      FeatureRegistry,
      EventStore,
      Streams,
      AsOf,
      AppendSignal,
      Announcer,
      SetAsideRows,
      CommandHealth,
      Idempotency,
      { provide: Scheduler, useClass: SystemScheduler },
      { provide: Log, useClass: PostgresLog },
      { provide: Sessions, useClass: PostgresSessions },
      { provide: SubscriptionStore, useClass: PostgresSubscriptionStore },
      { provide: PendingCommands, useClass: PostgresPendingCommands },
      { provide: CommandExecutor, useClass: BusExecutor },
      { provide: FOREIGN_WORK_LIMIT_MS, useValue: options.foreignWorkLimitMs ?? USUAL_FOREIGN_WORK_LIMIT_MS },
      Subscriptions,
      SubscriptionStatus,
      CommandWorker,
      {
        provide: Housekeeping,
        inject: [Database, Scheduler],
        useFactory: (database: Database, scheduler: Scheduler) =>
          new Housekeeping(database, options.retention ?? RETENTION, scheduler),
      },
      DurableEventBus,
    ];
    // Nest's CQRS module finds the handlers and fills the buses: ours stand in the places of its own.
    const cqrs = CqrsModule.forRoot();
    const buses: DynamicModule = {
      ...cqrs,
      providers: [
        ...(cqrs.providers ?? []),
        ...engine,
        { provide: READ_YOUR_WRITE_TIMEOUT_MS, useValue: options.readYourWriteTimeoutMs },
        { provide: METADATA_OF, useValue: options.metadataOf ?? (() => ({})) },
        { provide: CommandBus, useClass: DurableCommandBus },
        { provide: QueryBus, useClass: DurableQueryBus },
        { provide: EventBus, useExisting: DurableEventBus },
      ],
      exports: engine.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
    return {
      module: EventSourcingModule,
      imports: [buses],
      providers: [BootChecks, { provide: OPTIONS, useValue: options }],
    };
  }

  /** Registers a feature's events, aggregates (injectable by `@InjectAggregates`) and durable commands. */
  static forFeature(feature: Feature): DynamicModule {
    return EventSourcingFeatureModule.of(feature);
  }

  /** Awaited before the application listens. */
  async onApplicationBootstrap(): Promise<void> {
    this.checks.run();
    await this.subscriptions.declare();
    if (!this.options.runsWork) return;
    this.subscriptions.start();
    this.worker.start();
    this.housekeeping.start();
  }
}

@Module({})
class EventSourcingFeatureModule {
  static of(feature: Feature): DynamicModule {
    const registered = Symbol('registered');
    const aggregates: Provider[] = feature.aggregates.map((aggregate) => ({
      provide: aggregatesToken(aggregate),
      inject: [Streams, registered],
      useFactory: (streams: Streams) => new Aggregates(aggregate, streams),
    }));
    return {
      module: EventSourcingFeatureModule,
      providers: [
        {
          provide: registered,
          inject: [FeatureRegistry],
          useFactory: (registry: FeatureRegistry) => (registry.add(feature), true),
        },
        ...aggregates,
      ],
      exports: feature.aggregates.map((aggregate) => aggregatesToken(aggregate)),
    };
  }
}

export type { Feature };
