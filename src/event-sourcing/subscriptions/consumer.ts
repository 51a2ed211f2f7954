import type { DomainEvent } from '../domain-event.js';
import type { Checkpoint } from './checkpoint.js';

/** What a durable subscription feeds: a projection, a saga, or a plain event handler. */
export interface Consumer {
  /** Stable: the subscription's name. */
  readonly name: string;
  /** Where a subscription that is new begins: a saga must not answer what happened before it existed. */
  readonly startsAt: 'beginning' | 'now';
  /** Names of the events that it handles. Part of what it is: a type that is new is declared before anything is handled. */
  readonly types: ReadonlySet<string>;
  /** Names that an earlier build's consumer handled and this one passes over on purpose. */
  readonly passesOver: ReadonlySet<string>;
  /** How many events it takes at once. */
  readonly largestBatch: number;
  /**
   * Handles the events, in order, and stores the checkpoint in the same transaction. False when there was nothing to store, the
   * checkpoint included: it may then be stored later.
   * @throws EventFault when an event, or the row that it makes, is at fault
   * @throws BatchTooLarge when fewer events at a time are needed
   */
  apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean>;
}

/**
 * The event is at fault, or what a foreign handler did with it: nothing else is. Only consumers make these, from what their pure methods
 * throw, from data errors of the rows that they write, and from what foreign code throws. Every other error stops the subscription.
 */
export class EventFault extends Error {
  override readonly name = 'EventFault';

  /**
   * @param event undefined where only the batch is known
   * @param mayPass the same again may succeed a while later: it is of foreign code, which depends on more than the event
   */
  constructor(
    readonly event: DomainEvent | undefined,
    override readonly cause: unknown,
    readonly mayPass = false,
  ) {
    super('The event cannot be handled');
  }
}

/** What the events make is more than may be written at once. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';
}

/** The consumer is written in a way that no retry can mend: its subscription stops, and is not ready. */
export class NotDurable extends Error {
  override readonly name = 'NotDurable';
}
