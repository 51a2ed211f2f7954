import fc from 'fast-check';
import { DomainError } from '../../event-sourcing/index.js';
import { DAYS, type OpeningHours } from '../events/schedule-events.js';
import { DAY, merged, MINUTE } from './interval.js';
import { TimeZone } from './time-zone.js';
import { WeeklyHours } from './weekly-hours.js';
import { instants, zones } from '../../../test/support/zones.js';

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Hours of each day: up to three, cut at sorted points so that they do not overlap. */
const hours = fc
  .array(fc.tuple(fc.constantFrom(...DAYS), fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { maxLength: 6 })), {
    maxLength: 7,
  })
  .map((days) =>
    [...new Map(days)].flatMap(([day, points]) => {
      const sorted = [...points].sort((a, b) => a - b);
      const result: OpeningHours[] = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) {
        result.push({ day, from: clock(sorted[i]!), to: clock(sorted[i + 1]!) });
      }
      return result;
    }),
  );

/** Day and time that a clock on the wall shows, by the runtime's own calendar. */
function wallClock(zone: string, instant: number) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = (type: string) => format.formatToParts(instant).find((found) => found.type === type)!.value;
  return { day: part('weekday').toLowerCase(), time: `${part('hour')}:${part('minute')}` };
}

describe('weekly hours', () => {
  it('are open at exactly the instants whose wall time lies within them, in any zone and year', () =>
    fc.assert(
      fc.property(zones, hours, instants, (zone, weekly, from) => {
        const window = { from, to: from + DAY };
        const openings = WeeklyHours.checked(weekly).openings(TimeZone.of(zone), window);
        for (let instant = from; instant < window.to; instant += 47 * MINUTE) {
          const { day, time } = wallClock(zone, instant);
          const open = openings.some((opening) => opening.from <= instant && instant < opening.to);
          expect(open).toBe(weekly.some((hour) => hour.day === day && hour.from <= time && time < hour.to));
        }
      }),
      { numRuns: 200 },
    ));

  it('around every change of the clocks too', () =>
    fc.assert(
      fc.property(zones, hours, fc.integer({ min: 1990, max: 2035 }), fc.nat(), (name, weekly, year, pick) => {
        const zone = TimeZone.of(name);
        const spans = zone.spans(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
        const change = spans[pick % spans.length]!.from;
        const openings = WeeklyHours.checked(weekly).openings(zone, { from: change - DAY, to: change + DAY });
        for (let instant = change - 3 * 60 * MINUTE; instant < change + 3 * 60 * MINUTE; instant += 13 * MINUTE) {
          const { day, time } = wallClock(name, instant);
          const open = openings.some((opening) => opening.from <= instant && instant < opening.to);
          expect(open).toBe(weekly.some((hour) => hour.day === day && hour.from <= time && time < hour.to));
        }
      }),
      { numRuns: 200 },
    ));

  it('open in order and never twice at once', () =>
    fc.assert(
      fc.property(zones, hours, instants, (zone, weekly, from) => {
        const openings = WeeklyHours.checked(weekly).openings(TimeZone.of(zone), { from, to: from + 10 * DAY });
        openings.forEach((opening, i) => {
          expect(opening.from).toBeLessThan(opening.to);
          if (i > 0) expect(opening.from).toBeGreaterThanOrEqual(openings[i - 1]!.to);
        });
        const total = (list: readonly { from: number; to: number }[]) => list.reduce((t, o) => t + o.to - o.from, 0);
        expect(total(merged(openings))).toBe(total(openings));
      }),
    ));

  const london = TimeZone.of('Europe/London');
  const nights = WeeklyHours.checked([{ day: 'sunday', from: '00:00', to: '04:00' }]);
  const during = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

  it('do not cover an hour that spring skips', () => {
    const lateNight = WeeklyHours.checked([{ day: 'sunday', from: '01:00', to: '02:00' }]);
    const night = during('2026-03-29T00:00:00Z', '2026-03-29T05:00:00Z');
    expect(lateNight.openings(london, night)).toEqual([]);
    expect(nights.openings(london, night)).toEqual([during('2026-03-29T00:00:00Z', '2026-03-29T03:00:00Z')]);
  });

  it('cover an hour that autumn repeats, twice', () => {
    const lateNight = WeeklyHours.checked([{ day: 'sunday', from: '01:00', to: '01:30' }]);
    expect(lateNight.openings(london, during('2026-10-24T22:00:00Z', '2026-10-25T05:00:00Z'))).toEqual([
      during('2026-10-25T00:00:00Z', '2026-10-25T00:30:00Z'),
      during('2026-10-25T01:00:00Z', '2026-10-25T01:30:00Z'),
    ]);
    expect(nights.covers(london, during('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'))).toBe(true);
  });

  it('run on over midnight, written as two days', () => {
    const night = WeeklyHours.checked([
      { day: 'friday', from: '22:00', to: '24:00' },
      { day: 'saturday', from: '00:00', to: '06:00' },
    ]);
    expect(night.covers(london, during('2026-01-09T23:45:00Z', '2026-01-10T00:15:00Z'))).toBe(true);
    expect(night.covers(london, during('2026-01-10T05:45:00Z', '2026-01-10T06:15:00Z'))).toBe(false);
  });

  it.each([
    ['a clock that does not exist', [{ day: 'monday', from: '09:00', to: '25:00' }]],
    ['hours that end before they begin', [{ day: 'monday', from: '17:00', to: '09:00' }]],
    ['hours of no length', [{ day: 'monday', from: '09:00', to: '09:00' }]],
    [
      'hours of one day that overlap',
      [
        { day: 'monday', from: '09:00', to: '12:00' },
        { day: 'monday', from: '11:59', to: '17:00' },
      ],
    ],
  ] as [string, OpeningHours[]][])('refuse %s', (_what, wrong) => {
    expect(() => WeeklyHours.checked(wrong)).toThrow(DomainError);
  });
});
