import type { Instant } from '../../event-sourcing/index.js';
import { invalidParameter } from '../../http/index.js';
import { DAY, type Interval } from '../domain/interval.js';

const LONGEST_DAYS = 62;

/** @throws DomainError `invalid-window` unless it ends after it begins, within 62 days. */
export function searchWindow(from: Instant, to: Instant): Interval {
  const window = { from: Date.parse(from), to: Date.parse(to) };
  if (window.from >= window.to) throw invalidParameter('invalid-window', 'The window ends after it begins.', 'to');
  if (window.to - window.from > LONGEST_DAYS * DAY) {
    throw invalidParameter('invalid-window', `A window is no longer than ${LONGEST_DAYS} days.`, 'to');
  }
  return window;
}
