import { AggregateRoot } from '@nestjs/cqrs';
import type { DomainEvent, EventClass } from './domain-event.js';
import { refused } from './errors.js';
import { evolve, handlerName } from './fold.js';

/**
 * Base of every aggregate: Nest's `AggregateRoot` with an identity, a version, and no silent gaps. An event is applied only when
 * the class lists it in `events` and has a method `on<EventName>` for it. Rules are pure: time, ids and randomness are arguments.
 */
export abstract class Aggregate extends AggregateRoot<DomainEvent> {
  /** `module.aggregate`, stored as the type of the stream, for ever. */
  static readonly streamType: string;
  /** Every event class this aggregate may apply; checked at boot for a handler method each. */
  static readonly events: readonly EventClass[];

  /** Version of the stream this state was folded from; 0 for a new one. */
  version = 0;
  /** Global position of the last event folded; 0 for a new one. */
  position = 0;

  constructor(readonly id: string) {
    super();
  }

  /** Applies a new event: the state changes at once, the event is stored by the command's commit. */
  override apply(event: DomainEvent): void {
    const { events } = this.constructor as typeof Aggregate;
    const eventClass = event.constructor as EventClass;
    if (!events.includes(eventClass)) {
      throw new Error(`${this.constructor.name} does not list ${eventClass.name} in its events`);
    }
    super.apply(event);
  }

  /** Folds stored events. Unlike `apply`, it keeps nothing to be stored again. */
  replay(event: DomainEvent): void {
    if (!evolve(this, event)) {
      throw new Error(`${this.constructor.name} has no ${handlerName(event.constructor as EventClass)}`);
    }
  }

  /** Refuses the command unless the rule holds. `code` is stable and part of the API. */
  protected must(holds: boolean, code: string, sentence: string): asserts holds {
    if (!holds) throw refused(code, sentence);
  }
}

export interface AggregateClass<T extends Aggregate = Aggregate> {
  new (id: string): T;
  readonly streamType: string;
  readonly events: readonly EventClass[];
  readonly name: string;
  readonly prototype: T;
}

/**
 * A few facts folded from another module's stream: `on<EventName>` for the events that matter, the others are passed over.
 * Keeps modules apart: the other module's events are imported, neither its aggregate nor its read models.
 */
export abstract class Facts {
  version = 0;
  position = 0;

  constructor(readonly id: string) {}

  replay(event: DomainEvent): void {
    evolve(this, event);
  }
}

export interface FactsClass<T extends Facts = Facts> {
  new (id: string): T;
  /** Names the thing in a `…-not-found` error. */
  readonly of: string;
  /** Events with which a stream of this thing begins: one that begins otherwise is of something else. */
  readonly begins: readonly EventClass[];
  /** The command commits only if the stream is still at the version that these facts were folded from. */
  readonly guarded?: boolean;
  readonly name: string;
}
