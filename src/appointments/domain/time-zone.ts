import { Temporal } from 'temporal-polyfill';
import { DAY, type Interval, MINUTE } from './interval.js';

/** A stretch of time in which a zone keeps one offset from UTC, in milliseconds. */
export interface OffsetSpan extends Interval {
  readonly offset: number;
}

const startOfYear = (year: number) => Date.UTC(year, 0, 1);

/**
 * A time zone as its spans of constant offset, looked up once per zone and year. Between wall time and instant there is then
 * plain arithmetic, which makes an availability search over weeks cost microseconds instead of a Temporal object per slot.
 */
export class TimeZone {
  private static readonly known = new Map<string, TimeZone>();
  private readonly years = new Map<number, readonly OffsetSpan[]>();

  private constructor(readonly name: string) {}

  /** @throws RangeError when there is no such IANA zone. */
  static of(name: string): TimeZone {
    let zone = TimeZone.known.get(name);
    if (!zone) {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
      zone = new TimeZone(name);
      TimeZone.known.set(name, zone);
    }
    return zone;
  }

  /** What to add to UTC to read the wall clock, in milliseconds. */
  offsetAt(instant: number): number {
    const spans = this.ofYear(new Date(instant).getUTCFullYear());
    return spans.findLast((span) => span.from <= instant)!.offset;
  }

  /** The spans that cover [from, to), in order, cut to it. */
  spans(from: number, to: number): OffsetSpan[] {
    const result: OffsetSpan[] = [];
    for (let year = new Date(from).getUTCFullYear(); startOfYear(year) < to; year++) {
      for (const span of this.ofYear(year)) {
        const cut = { from: Math.max(span.from, from), to: Math.min(span.to, to), offset: span.offset };
        if (cut.from < cut.to) result.push(cut);
      }
    }
    return result;
  }

  /** Wall time with its offset, which tells the two passes of an autumn hour apart: `2026-10-25T01:30:00+01:00`. */
  toLocalText(instant: number): string {
    const offset = this.offsetAt(instant);
    const minutes = Math.round(Math.abs(offset) / MINUTE);
    const twoDigits = (n: number) => String(n).padStart(2, '0');
    const wall = new Date(instant + offset).toISOString().slice(0, 19);
    return `${wall}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  }

  private ofYear(year: number): readonly OffsetSpan[] {
    let spans = this.years.get(year);
    if (!spans) this.years.set(year, (spans = this.readYear(year)));
    return spans;
  }

  private readYear(year: number): OffsetSpan[] {
    const end = startOfYear(year + 1);
    const spans: OffsetSpan[] = [];
    let at = Temporal.Instant.fromEpochMilliseconds(startOfYear(year)).toZonedDateTimeISO(this.name);
    while (at.epochMilliseconds < end) {
      const next = at.getTimeZoneTransition('next');
      const to = next ? Math.min(next.epochMilliseconds, end) : end;
      spans.push({ from: at.epochMilliseconds, to, offset: at.offsetNanoseconds / 1_000_000 });
      if (!next) break;
      at = next;
    }
    return spans;
  }
}

/** Days since 1970-01-01 on the wall clock. */
export const wallDay = (wall: number): number => Math.floor(wall / DAY);
