import { Injectable } from '@nestjs/common';
import type { AggregateClass } from './aggregate.js';
import { DurableCommands, type DurableCommandsOf } from './durable-commands.js';
import type { CatalogueOf } from './event-catalogue.js';
import { EventCatalogue } from './event-catalogue.js';

/** What a feature module brings to the engine. */
export interface Feature {
  /** The module's event catalogue. */
  readonly events: CatalogueOf;
  readonly aggregates: readonly AggregateClass[];
  /** Commands that sagas emit: stable name → class, or its versions. They are stored as JSON of their fields until they are executed. */
  readonly durableCommands?: DurableCommandsOf;
}

/** Everything that the feature modules have brought. */
@Injectable()
export class FeatureRegistry {
  readonly catalogue = new EventCatalogue();
  readonly aggregates: AggregateClass[] = [];
  readonly commands = new DurableCommands();

  add({ events, aggregates, durableCommands = {} }: Feature): void {
    this.catalogue.add(events);
    this.aggregates.push(...aggregates);
    this.commands.add(durableCommands);
  }
}
