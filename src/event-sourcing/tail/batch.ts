import type { LoggedEvent } from './logged-event.js';

export interface Batch {
  readonly events: readonly LoggedEvent[];
  /** The subscription has seen everything up to here once it has handled the events. */
  readonly upTo: number;
}

/** What one subscription takes at a time. What it makes of it in memory is several times as large. */
export const BATCH = { rows: 500, bytes: 400_000 };

export const bytesOf = (events: readonly LoggedEvent[]): number => events.reduce((sum, { row }) => sum + row.size, 0);

/** The events after a position, of some that are complete up to `upTo`, as many as go in one batch. */
export function batchAfter(events: readonly LoggedEvent[], after: number, upTo: number): Batch {
  const first = placeAfter(events, after);
  let end = first;
  for (let bytes = 0; end < events.length && end - first < BATCH.rows && bytes < BATCH.bytes; end++) {
    bytes += events[end]!.row.size;
  }
  return {
    events: events.slice(first, end),
    upTo: end === events.length ? upTo : events[end - 1]!.row.position,
  };
}

function placeAfter(events: readonly LoggedEvent[], position: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.row.position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
