import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import { CommandBus, CqrsModule, EventBus, QueryBus } from '@nestjs/cqrs';
import { Aggregates, aggregatesToken } from './aggregates.js';
import { AsOf } from './as-of.js';
import { BootChecks } from './boot-checks.js';
import { AppendSignal } from './buses/append-signal.js';
import { DurableCommandBus } from './buses/durable-command-bus.js';
import { DurableEventBus } from './buses/durable-event-bus.js';
import { DurableQueryBus, READ_YOUR_WRITE_TIMEOUT_MS } from './buses/durable-query-bus.js';
import { Idempotency } from './buses/idempotency.js';
import { Clock } from './clock.js';
import { type Feature, FeatureRegistry } from './feature-registry.js';
import { Housekeeping } from './housekeeping.js';
import { CommandWorker } from './sagas/command-worker.js';
import { PendingCommands } from './sagas/pending-commands.js';
import { METADATA_OF, type MetadataOf } from './store/commit-statements.js';
import { EventStore } from './store/event-store.js';
import { Streams } from './streams.js';
import { SubscriptionStore } from './subscriptions/subscription-store.js';
import { SubscriptionStatus } from './subscriptions/subscription-status.js';
import { Subscriptions } from './subscriptions/subscriptions.js';

export interface EventSourcingOptions {
  /** How long a query with a consistency token waits for its read models. */
  readonly readYourWriteTimeoutMs: number;
  /** Whether this process runs subscriptions and pending commands, or leaves them to others. */
  readonly runsWork: boolean;
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
    const engine = [
      Clock,
      FeatureRegistry,
      EventStore,
      Streams,
      AsOf,
      AppendSignal,
      Idempotency,
      SubscriptionStore,
      Subscriptions,
      SubscriptionStatus,
      PendingCommands,
      CommandWorker,
      Housekeeping,
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
      exports: engine,
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

  onApplicationBootstrap(): void {
    this.checks.run();
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
