import type { DomainEvent } from '../domain-event.js';

/** The step of a subscription that a consumer has to store with its own rows, in one transaction. */
export interface Checkpoint {
  readonly subscription: string;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
}

/** Values for `write.advance(name, from, to, epoch)`, which raises when the subscription was taken over. */
export const checkpointValues = ({ subscription, from, to, epoch }: Checkpoint): readonly unknown[] => [
  subscription,
  from,
  to,
  epoch,
];

/** What a durable subscription feeds: a projection, a saga, or a plain event handler. */
export interface Consumer {
  /** Stable: the subscription's name. */
  readonly name: string;
  /** Where a subscription that is new begins: a saga must not answer what happened before it existed. */
  readonly startsAt: 'beginning' | 'now';
  handles(event: DomainEvent): boolean;
  /**
   * Handles the events, in order, and stores the checkpoint in the same transaction. False when there was nothing to store, the
   * checkpoint included: it may then be stored later.
   */
  apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean>;
}

/** The consumer is written in a way that no retry can mend: its subscription stops, and is not ready. */
export class NotDurable extends Error {
  override readonly name = 'NotDurable';
}
