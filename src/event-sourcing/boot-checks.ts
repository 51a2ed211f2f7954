import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { DurableEventBus } from './buses/durable-event-bus.js';
import { FeatureRegistry } from './feature-registry.js';
import { handlerName } from './fold.js';

/** What would fail late, or in silence, fails the start. Gaps between upcasters and double command handlers are found where they are added. */
@Injectable()
export class BootChecks {
  constructor(
    private readonly registry: FeatureRegistry,
    private readonly eventBus: DurableEventBus,
    private readonly modules: ModulesContainer,
  ) {}

  /** @throws Error that lists everything that is wrong. */
  run(): void {
    const faults = [...this.aggregateFaults(), ...this.handlerFaults(), ...this.busFaults()];
    if (faults.length > 0) throw new Error(`Anamnesis cannot start:\n  ${faults.join('\n  ')}`);
  }

  private *aggregateFaults(): Iterable<string> {
    const types = new Set<string>();
    for (const aggregate of this.registry.aggregates) {
      if (!aggregate.streamType) yield `${aggregate.name} has no streamType`;
      if (types.has(aggregate.streamType)) yield `The stream type ${aggregate.streamType} belongs to two aggregates`;
      types.add(aggregate.streamType);
      for (const event of aggregate.events) {
        if (!this.registry.catalogue.has(event)) yield `${event.name} of ${aggregate.name} is in no event catalogue`;
        if (!(handlerName(event) in aggregate.prototype)) yield `${aggregate.name} has no method ${handlerName(event)}`;
      }
    }
    const applied = new Set(this.registry.aggregates.flatMap((aggregate) => aggregate.events));
    for (const { event, name } of this.registry.catalogue.all()) {
      if (!applied.has(event)) yield `${name} is in an event catalogue, but no aggregate applies it`;
    }
  }

  private *handlerFaults(): Iterable<string> {
    for (const [handler, events] of this.eventBus.handledEvents) {
      for (const event of events) {
        if (!this.registry.catalogue.has(event))
          yield `${handler} handles ${event.name}, which is in no event catalogue`;
      }
    }
    for (const projection of this.eventBus.projections) {
      const { name } = projection.constructor;
      for (const event of this.eventBus.handledEvents.get(name) ?? []) {
        if (!(handlerName(event) in projection)) yield `${name} has no method ${handlerName(event)}`;
      }
    }
  }

  private *busFaults(): Iterable<string> {
    const cqrs = [...this.modules.values()].filter(({ metatype }) => metatype === CqrsModule);
    if (cqrs.length !== 1) yield 'CqrsModule is imported a second time: that makes a second, undurable event bus';
  }
}
