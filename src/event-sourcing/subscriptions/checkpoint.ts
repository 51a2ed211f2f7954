import type { LogRow } from '../tail/log.js';

/**
 * failed: it could not be handled; unreadable: this build cannot revive it; passed-over: only another build handles its type;
 * behind: an earlier event of its stream is set aside; retry: it had failed, and an operator asks that it be tried again.
 */
export type LetterKind = 'failed' | 'unreadable' | 'passed-over' | 'behind' | 'retry';

/** An event that is set aside for one subscription. */
export interface Letter {
  readonly row: LogRow;
  readonly kind: LetterKind;
  /** What was wrong, without data of the event. */
  readonly error: string;
  readonly attempts: number;
}

/** The step of a subscription that a consumer stores with its own rows, in one transaction. */
export interface Checkpoint {
  readonly subscription: string;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  /** Position of an event that was set aside and is handled now. */
  readonly settles?: number;
  readonly setsAside?: readonly Letter[];
}

/** Values for `write.checkpoint(…)`, which raises when the subscription was taken over. */
export const checkpointValues = ({ subscription, from, to, epoch, settles, setsAside }: Checkpoint): unknown[] => [
  subscription,
  from,
  to,
  epoch,
  settles ?? null,
  setsAside && setsAside.length > 0 ? JSON.stringify(setsAside.map(letterRow)) : null,
];

/** The call, with its parameters from `$first`. */
export const checkpointCall = (first: number): string =>
  `write.checkpoint($${first}, $${first + 1}::bigint, $${first + 2}::bigint, $${first + 3}::int, $${first + 4}::bigint, $${first + 5}::jsonb)`;

const letterRow = ({ row, kind, error, attempts }: Letter) => ({
  position: row.position,
  stream_id: row.streamId,
  event_id: row.eventId,
  type: row.type,
  kind,
  error,
  attempts,
});
