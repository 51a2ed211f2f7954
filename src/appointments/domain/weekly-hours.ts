import { invalid } from '../../event-sourcing/index.js';
import { DAYS, type OpeningHours } from '../events/schedule-events.js';
import { DAY, type Interval, merged, MINUTE } from './interval.js';
import { type TimeZone, wallDay } from './time-zone.js';

/** Widest distance of a wall clock from UTC: zones lie between -12:00 and +14:00. */
const WIDEST_OFFSET = 15 * 60 * MINUTE;
/** 1970-01-01 was a Thursday. */
const THURSDAY = DAYS.indexOf('thursday');
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/;

const sinceMidnight = (clock: string): number => (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * MINUTE;

/**
 * Regular opening hours, a rule on the wall clock: it is open at exactly the instants whose wall time lies within the hours.
 * So an hour that spring skips is never open, and one that autumn repeats is open twice.
 */
export class WeeklyHours {
  private readonly byDay: readonly Interval[][];

  private constructor(readonly hours: readonly OpeningHours[]) {
    this.byDay = DAYS.map((day) =>
      hours
        .filter((hour) => hour.day === day)
        .map(({ from, to }) => ({ from: sinceMidnight(from), to: sinceMidnight(to) }))
        .sort((a, b) => a.from - b.from),
    );
  }

  /** @throws DomainError `invalid-weekly-hours` */
  static checked(hours: readonly OpeningHours[]): WeeklyHours {
    hours.forEach(({ day, from, to }, i) => {
      const refuse = (sentence: string) => invalid('invalid-weekly-hours', sentence, `/weeklyHours/${i}`);
      if (!CLOCK.test(from) || !CLOCK.test(to)) throw refuse('Opening hours are written HH:MM, from 00:00 to 24:00.');
      if (from >= to) throw refuse('Opening hours end after they begin; over midnight, write one entry for each day.');
      if (hours.some((other, j) => j < i && other.day === day && from < other.to && other.from < to)) {
        throw refuse('Opening hours of one day do not overlap.');
      }
    });
    return new WeeklyHours(hours);
  }

  static stored(hours: readonly OpeningHours[]): WeeklyHours {
    return new WeeklyHours(hours);
  }

  /** When it opens and closes, of all times that touch the window: in order, each as one day has it, not cut to the window. */
  openings(zone: TimeZone, window: Interval): Interval[] {
    const result: Interval[] = [];
    const lastDay = wallDay(window.to + WIDEST_OFFSET);
    for (let day = wallDay(window.from - WIDEST_OFFSET); day <= lastDay; day++) {
      for (const { from, to } of this.byDay[(((day + THURSDAY) % 7) + 7) % 7]!) {
        for (const opening of instantsOf(zone, { from: day * DAY + from, to: day * DAY + to })) {
          if (opening.from < window.to && window.from < opening.to) result.push(opening);
        }
      }
    }
    return result.sort((a, b) => a.from - b.from);
  }

  covers(zone: TimeZone, time: Interval): boolean {
    return merged(this.openings(zone, time)).some((open) => open.from <= time.from && time.to <= open.to);
  }
}

/** The instants at which the wall clock of the zone shows a time within `wall`. */
function instantsOf(zone: TimeZone, wall: Interval): Interval[] {
  const pieces = zone
    .spans(wall.from - WIDEST_OFFSET, wall.to + WIDEST_OFFSET)
    .map((span) => ({
      from: Math.max(span.from, wall.from - span.offset),
      to: Math.min(span.to, wall.to - span.offset),
    }))
    .filter((piece) => piece.from < piece.to);
  return pieces.length > 1 ? merged(pieces) : pieces;
}
