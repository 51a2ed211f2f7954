// placeholder until the engine lands: the public shape of the module
import { type DynamicModule, Module } from '@nestjs/common';
import type { ICommand } from '@nestjs/cqrs';
import type { AggregateClass } from './aggregate.js';
import type { CatalogueOf } from './event-catalogue.js';

/** What a feature module brings to the engine. */
export interface Feature {
  /** The module's event catalogue. */
  readonly events: CatalogueOf;
  readonly aggregates: readonly AggregateClass[];
  /** Commands that sagas emit: stable name → class. They are stored as JSON of their fields until they are executed. */
  readonly durableCommands?: Readonly<Record<string, new (...args: never[]) => ICommand>>;
}

@Module({})
export class EventSourcingModule {
  static forRoot(): DynamicModule {
    return { module: EventSourcingModule, global: true };
  }

  /** Registers a feature's events, aggregates (injectable by `@InjectAggregates`) and durable commands. */
  static forFeature(feature: Feature): DynamicModule {
    return { module: EventSourcingModule, providers: [{ provide: 'feature', useValue: feature }] };
  }
}
