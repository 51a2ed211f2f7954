import { type Instant, invalid } from '../../event-sourcing/index.js';
import type { DateOrInstant } from '../events/entry.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Before the birth of anybody alive. */
const EARLIEST = Date.parse('1875-01-01');
/** Clocks differ a little. */
const TOLERANCE = 5 * MINUTE;

const isDate = (when: DateOrInstant) => when.length === 10;

/** A date covers 50 hours: it starts at UTC+14 and ends at UTC-12. */
const earliest = (when: DateOrInstant) => Date.parse(when) - (isDate(when) ? 14 * HOUR : 0);
const latest = (when: DateOrInstant) => Date.parse(when) + (isDate(when) ? 36 * HOUR : 0);

/** An instant in UTC with milliseconds; a calendar date as it is. */
export const canonical = (when: DateOrInstant): DateOrInstant => (isDate(when) ? when : new Date(when).toISOString());

/** What is recorded is what has happened. @throws DomainError `effective-in-future`, `invalid-time` */
export function mustHaveHappened(when: DateOrInstant, now: Instant, pointer: string): DateOrInstant {
  // Not a number is not later than anything.
  if (!(Date.parse(when) >= EARLIEST)) {
    throw invalid('invalid-time', 'This is neither a date nor an instant, or long before anybody was born.', pointer);
  }
  if (earliest(when) > Date.parse(now) + TOLERANCE) {
    throw invalid('effective-in-future', 'What has not happened yet cannot be recorded.', pointer);
  }
  return canonical(when);
}

/** The moment a fact is sorted by. Of a date it is midnight in UTC, but never later than now. */
export function effectiveInstant(when: DateOrInstant, now: Instant): Instant {
  if (!isDate(when)) return when;
  const midnight = `${when}T00:00:00.000Z`;
  return midnight < now ? midnight : now;
}

/** Refuses an end that lies before its start, whatever the time of day and zone of a mere date. */
export function mustNotEndBefore(start: DateOrInstant, end: DateOrInstant, pointer: string): void {
  if (latest(end) < earliest(start)) {
    throw invalid('ends-before-start', 'It cannot end before it began.', pointer);
  }
}
