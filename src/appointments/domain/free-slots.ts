import type { ServiceTerms } from '../events/service-type-defined.js';
import { type Interval, merged, MINUTE } from './interval.js';

export interface SlotSearch {
  readonly terms: Pick<
    ServiceTerms,
    'durationMinutes' | 'bufferBeforeMinutes' | 'bufferAfterMinutes' | 'slotIntervalMinutes'
  >;
  /** Only slots that lie wholly within it. */
  readonly window: Interval;
  /** When it is open, in order. Slots are offered from each opening on, every slot interval. */
  readonly openings: readonly Interval[];
  /** What is taken, with its buffers. */
  readonly busy: readonly Interval[];
}

/**
 * The first free slots on the grid, in order of time. A visit lies within the opening hours; its buffers may lie outside of
 * them, and are kept free of other bookings.
 */
export function freeSlots({ terms, window, openings, busy }: SlotSearch, limit: number): Interval[] {
  const step = terms.slotIntervalMinutes * MINUTE;
  const duration = terms.durationMinutes * MINUTE;
  const before = terms.bufferBeforeMinutes * MINUTE;
  const after = terms.bufferAfterMinutes * MINUTE;
  const slots: Interval[] = [];
  const taken = merged(busy);
  const open = merged(openings);
  let nextOpen = 0;
  let nextTaken = 0;
  for (const { from: opensAt, to: dayEnds } of openings) {
    while (open[nextOpen]!.to <= opensAt) nextOpen++;
    const closesAt = Math.min(open[nextOpen]!.to, window.to);
    const skipped = Math.max(0, Math.ceil((window.from - opensAt) / step));
    for (let from = opensAt + skipped * step; from < dayEnds; from += step) {
      const to = from + duration;
      if (to > closesAt) break;
      while (nextTaken > 0 && taken[nextTaken - 1]!.to > from - before) nextTaken--;
      while (nextTaken < taken.length && taken[nextTaken]!.to <= from - before) nextTaken++;
      const inTheWay = taken[nextTaken];
      if (inTheWay && inTheWay.from < to + after) continue;
      slots.push({ from, to });
      if (slots.length === limit) return slots;
    }
  }
  return slots;
}

/** Where bookings must be looked for that could stand in the way of a slot of the window. */
export const withBuffers = (terms: SlotSearch['terms'], { from, to }: Interval): Interval => ({
  from: from - terms.bufferBeforeMinutes * MINUTE,
  to: to + terms.bufferAfterMinutes * MINUTE,
});
