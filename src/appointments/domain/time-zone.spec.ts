import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { TimeZone } from './time-zone.js';
import { instants, zones } from '../../../test/support/zones.js';

describe('a time zone', () => {
  it('has the offset that Temporal tells, in any zone and year', () =>
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        expect(TimeZone.of(zone).offsetAt(instant)).toBe(expected.offsetNanoseconds / 1_000_000);
      }),
      { numRuns: 500 },
    ));

  it('covers a window by spans without gaps, each with one offset', () =>
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 1, max: 500 }), (name, from, days) => {
        const zone = TimeZone.of(name);
        const to = from + days * 86_400_000;
        const spans = zone.spans(from, to);
        expect(spans[0]!.from).toBe(from);
        expect(spans.at(-1)!.to).toBe(to);
        spans.forEach((span, i) => {
          if (i > 0) expect(span.from).toBe(spans[i - 1]!.to);
          expect(zone.offsetAt(span.from)).toBe(span.offset);
          expect(zone.offsetAt(span.to - 1)).toBe(span.offset);
        });
      }),
    ));

  it('writes wall time that leads back to the instant, also in an hour that comes twice', () =>
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const whole = Math.floor(instant / 1000) * 1000;
        expect(Date.parse(TimeZone.of(zone).toLocalText(whole))).toBe(whole);
      }),
      { numRuns: 500 },
    ));

  it('tells the two passes of an autumn hour apart by their offsets', () => {
    const london = TimeZone.of('Europe/London');
    expect(london.toLocalText(Date.parse('2026-10-25T00:30:00Z'))).toBe('2026-10-25T01:30:00+01:00');
    expect(london.toLocalText(Date.parse('2026-10-25T01:30:00Z'))).toBe('2026-10-25T01:30:00+00:00');
  });

  it('refuses a zone that does not exist', () => expect(() => TimeZone.of('Europe/Atlantis')).toThrow(RangeError));
});
