import type { Scheduler } from '../scheduling/scheduler.js';
import type { LoggedEvent } from '../tail/logged-event.js';
import type { Letter, LetterKind } from './checkpoint.js';
import type { EventFault } from './consumer.js';

/** How often an event is tried before it is set aside, where that may help. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** What a runner tells of its work. */
export interface DeliveryEvents {
  /** Something was handled, or there is nothing left to handle. */
  readonly progressed: () => void;
  readonly setAside: (letter: Letter) => void;
}

/** What fails in a pure method, or makes a row that no table takes, fails for ever: whoever waited for it would hold up the others. */
export const attemptsAt = ({ mayPass }: EventFault): number => (mayPass ? ATTEMPTS : 1);

export const pauseAfter = (scheduler: Scheduler, attempt: number): Promise<void> =>
  scheduler.pause(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 6));

export const letterOf = ({ row }: LoggedEvent, kind: LetterKind, error: string, attempts: number): Letter => ({
  row,
  kind,
  error,
  attempts,
});
