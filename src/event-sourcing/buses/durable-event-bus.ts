import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CommandBus, EventBus, type IEventHandler, type ISaga, UnhandledExceptionBus } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { DomainEvent, EventClass } from '../domain-event.js';
import { FeatureRegistry } from '../feature-registry.js';
import { Projection } from '../projections/projection.js';
import { PostgresReadTable } from '../projections/postgres-read-table.js';
import { ProjectionConsumer } from '../projections/projection-consumer.js';
import { projectionTarget, subscriptionNameOf } from '../projections/projects.js';
import { FOREIGN_WORK_LIMIT_MS } from '../limits.js';
import { CommandWorker } from '../sagas/command-worker.js';
import { PendingCommands } from '../sagas/pending-commands.js';
import { SagaConsumer } from '../sagas/saga-consumer.js';
import { Scheduler } from '../scheduling/scheduler.js';
import type { Consumer } from '../subscriptions/consumer.js';
import { HandlerConsumer } from '../subscriptions/handler-consumer.js';
import { passedOverBy } from '../subscriptions/passes-over.js';
import { SubscriptionStore } from '../subscriptions/subscription-store.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';

/** Keys under which Nest's decorators keep what they were told; Nest exports no names for them. */
const EVENTS_HANDLER_METADATA = '__eventsHandler__';
const SAGA_METADATA = '__saga__';

/**
 * Nest's event bus without its memory: every `@EventsHandler` and `@Saga` that Nest finds becomes a durable subscription on the
 * log. Nothing is delivered before it is committed, and nothing is lost with the process.
 */
@Injectable()
export class DurableEventBus extends EventBus {
  readonly handledEvents = new Map<string, readonly EventClass[]>();
  readonly projections: Projection<object>[] = [];

  constructor(
    commandBus: CommandBus,
    moduleRef: ModuleRef,
    unhandledExceptionBus: UnhandledExceptionBus,
    // At the index of Nest's own parameter: a subclass inherits the parent's @Inject by index.
    @Inject('CQRS_MODULE_OPTIONS') options: object,
    private readonly database: Database,
    private readonly registry: FeatureRegistry,
    private readonly durable: Subscriptions,
    private readonly subscriptionStore: SubscriptionStore,
    private readonly worker: CommandWorker,
    private readonly pendingCommands: PendingCommands,
    private readonly scheduler: Scheduler,
    @Inject(FOREIGN_WORK_LIMIT_MS) private readonly foreignWorkLimitMs: number,
  ) {
    super(commandBus, moduleRef, unhandledExceptionBus, options);
  }

  /** @throws Error: events are published by appending them to the log. */
  override publish(): never {
    throw new Error('Events are published by saving an aggregate in a command handler, not through the event bus');
  }

  override publishAll(): never {
    return this.publish();
  }

  override register(handlers: InstanceWrapper<IEventHandler<DomainEvent>>[] = []): void {
    for (const { instance, metatype } of handlers) {
      const handlerClass = metatype as { readonly name: string } & object;
      const events = Reflect.getMetadata(EVENTS_HANDLER_METADATA, handlerClass) as EventClass[];
      this.handledEvents.set(handlerClass.name, events);
      this.durable.add(this.consumerOf(instance, handlerClass, this.namesOf(events)));
    }
  }

  override registerSagas(wrappers: InstanceWrapper<object>[] = []): void {
    for (const { instance, metatype } of wrappers) {
      const sagaClass = metatype as { readonly name: string } & object;
      const properties = (Reflect.getMetadata(SAGA_METADATA, sagaClass) ?? []) as string[];
      const sagas = properties.map((property) =>
        (instance as Record<string, ISaga<DomainEvent>>)[property]!.bind(instance),
      );
      this.durable.add(
        new SagaConsumer(
          `saga:${sagaClass.name}`,
          sagas,
          this.namesOf(passedOverBy(sagaClass)),
          this.registry,
          this.pendingCommands,
          this.scheduler,
          () => this.worker.nudge(),
        ),
      );
    }
  }

  /** Those that are in no catalogue are found by the boot checks. */
  private namesOf(events: readonly EventClass[]): ReadonlySet<string> {
    const { catalogue } = this.registry;
    return new Set(events.filter((event) => catalogue.has(event)).map((event) => catalogue.of(event).name));
  }

  private consumerOf(
    handler: IEventHandler<DomainEvent>,
    handlerClass: { name: string },
    types: ReadonlySet<string>,
  ): Consumer {
    const passesOver = this.namesOf(passedOverBy(handlerClass));
    if (!(handler instanceof Projection)) {
      const name = `handler:${handlerClass.name}`;
      const { subscriptionStore, scheduler, foreignWorkLimitMs } = this;
      return new HandlerConsumer(name, handler, types, passesOver, subscriptionStore, scheduler, foreignWorkLimitMs);
    }
    const projection = handler as Projection<object>;
    this.projections.push(projection);
    const { entity } = projectionTarget(handlerClass);
    const table = new PostgresReadTable(entity, this.database, this.database.dataSource);
    return new ProjectionConsumer(
      subscriptionNameOf(handlerClass),
      projection,
      types,
      passesOver,
      table,
      this.scheduler,
    );
  }
}
