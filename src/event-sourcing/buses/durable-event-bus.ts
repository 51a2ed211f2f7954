import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CommandBus, EventBus, type IEventHandler, type ISaga, UnhandledExceptionBus } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { DomainEvent, EventClass } from '../domain-event.js';
import { FeatureRegistry } from '../feature-registry.js';
import { Projection } from '../projections/projection.js';
import { ProjectionConsumer } from '../projections/projection-consumer.js';
import { projectionTarget, subscriptionNameOf } from '../projections/projects.js';
import { CommandWorker } from '../sagas/command-worker.js';
import { SagaConsumer } from '../sagas/saga-consumer.js';
import type { Consumer } from '../subscriptions/consumer.js';
import { HandlerConsumer } from '../subscriptions/handler-consumer.js';
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
      this.durable.add(this.consumerOf(instance, handlerClass, new Set(events)));
    }
  }

  override registerSagas(wrappers: InstanceWrapper<object>[] = []): void {
    for (const { instance, metatype } of wrappers) {
      const sagaClass = metatype as { readonly name: string } & object;
      const properties = (Reflect.getMetadata(SAGA_METADATA, sagaClass) ?? []) as string[];
      const sagas = properties.map((property) =>
        (instance as Record<string, ISaga<DomainEvent>>)[property]!.bind(instance),
      );
      const wakeWorkers = () => this.worker.nudge();
      this.durable.add(new SagaConsumer(`saga:${sagaClass.name}`, sagas, this.registry, this.database, wakeWorkers));
    }
  }

  private consumerOf(
    handler: IEventHandler<DomainEvent>,
    handlerClass: { name: string },
    events: Set<EventClass>,
  ): Consumer {
    if (!(handler instanceof Projection)) {
      return new HandlerConsumer(`handler:${handlerClass.name}`, handler, events, this.subscriptionStore);
    }
    const projection = handler as Projection<object>;
    this.projections.push(projection);
    const { entity } = projectionTarget(handlerClass);
    const { dataSource } = this.database;
    return new ProjectionConsumer(
      subscriptionNameOf(handlerClass),
      projection,
      events,
      entity,
      this.database,
      dataSource,
    );
  }
}
