import type { Interval } from './interval.js';
import { merged } from './interval.js';

/** Everything in milliseconds. */
export interface SlotSearch {
  /** Only slots that lie wholly within it. */
  readonly window: Interval;
  /** When it is open, in order. Slots are offered from each opening on, every `step`. */
  readonly openings: readonly Interval[];
  /** What is taken, with its buffers. */
  readonly busy: readonly Interval[];
  readonly duration: number;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly step: number;
}

/**
 * The first free slots on the grid, in order of time. A visit lies within the opening hours; its buffers may lie outside of
 * them, and are kept free of other bookings.
 */
export function freeSlots({ window, openings, busy, ...service }: SlotSearch, limit: number): Interval[] {
  const slots: Interval[] = [];
  const taken = merged(busy);
  const open = merged(openings);
  let nextOpen = 0;
  let nextTaken = 0;
  for (const { from: opensAt, to: dayEnds } of openings) {
    while (open[nextOpen]!.to <= opensAt) nextOpen++;
    const closesAt = Math.min(open[nextOpen]!.to, window.to);
    const skipped = Math.max(0, Math.ceil((window.from - opensAt) / service.step));
    for (let from = opensAt + skipped * service.step; from < dayEnds; from += service.step) {
      const to = from + service.duration;
      if (to > closesAt) break;
      while (nextTaken > 0 && taken[nextTaken - 1]!.to > from - service.bufferBefore) nextTaken--;
      while (nextTaken < taken.length && taken[nextTaken]!.to <= from - service.bufferBefore) nextTaken++;
      const inTheWay = taken[nextTaken];
      if (inTheWay && inTheWay.from < to + service.bufferAfter) continue;
      slots.push({ from, to });
      if (slots.length === limit) return slots;
    }
  }
  return slots;
}
