import fc from 'fast-check';
import { freeSlots } from './free-slots.js';
import { common, type Interval, merged, MINUTE, overlap } from './interval.js';

const minutes = (from: number, to: number): Interval => ({ from: from * MINUTE, to: to * MINUTE });
const interval = fc
  .tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 400 }))
  .map(([from, length]) => minutes(from, from + length));
const terms = fc.record({
  durationMinutes: fc.integer({ min: 1, max: 120 }),
  bufferBeforeMinutes: fc.integer({ min: 0, max: 40 }),
  bufferAfterMinutes: fc.integer({ min: 0, max: 40 }),
  slotIntervalMinutes: fc.integer({ min: 1, max: 90 }),
});

describe('free slots', () => {
  it('are all that the grid has, within window and hours, clear of what is taken', () =>
    fc.assert(
      fc.property(
        terms,
        interval,
        fc.array(interval, { maxLength: 5 }),
        fc.array(interval, { maxLength: 8 }),
        (service, window, open, busy) => {
          const openings = merged(open);
          const expected: Interval[] = [];
          for (const opening of openings) {
            for (let from = opening.from; from < opening.to; from += service.slotIntervalMinutes * MINUTE) {
              const slot = { from, to: from + service.durationMinutes * MINUTE };
              const blocked = {
                from: slot.from - service.bufferBeforeMinutes * MINUTE,
                to: slot.to + service.bufferAfterMinutes * MINUTE,
              };
              const fits = slot.from >= window.from && slot.to <= window.to && slot.to <= opening.to;
              if (fits && !busy.some((taken) => overlap(taken, blocked))) expected.push(slot);
            }
          }
          expect(freeSlots({ terms: service, window, openings, busy }, 10_000)).toEqual(expected);
          expect(freeSlots({ terms: service, window, openings, busy }, 3)).toEqual(expected.slice(0, 3));
        },
      ),
      { numRuns: 500 },
    ));

  const halfHours = { durationMinutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, slotIntervalMinutes: 30 };

  it('may run on into the next day where that is open at once', () => {
    const openings = [minutes(1380, 1440), minutes(1440, 1500)];
    const slots = freeSlots(
      { terms: { ...halfHours, slotIntervalMinutes: 45 }, window: minutes(0, 3000), openings, busy: [] },
      10,
    );
    expect(slots).toEqual([minutes(1380, 1410), minutes(1425, 1455), minutes(1440, 1470)]);
  });

  it('keep their buffers free, also outside of the hours', () => {
    const service = { ...halfHours, bufferBeforeMinutes: 10, bufferAfterMinutes: 10 };
    const openings = [minutes(540, 660)];
    const search = { terms: service, window: minutes(0, 1440), openings };
    expect(freeSlots({ ...search, busy: [] }, 10)[0]).toEqual(minutes(540, 570));
    expect(freeSlots({ ...search, busy: [minutes(500, 535)] }, 10)[0]).toEqual(minutes(570, 600));
    expect(freeSlots({ ...search, busy: [minutes(605, 620)] }, 10)).toEqual([minutes(540, 570), minutes(630, 660)]);
  });
});

describe('common time', () => {
  it('lies in both, and nothing that lies in both is missing', () =>
    fc.assert(
      fc.property(fc.array(interval), fc.array(interval), fc.integer({ min: 0, max: 3500 }), (a, b, minute) => {
        const within = (list: readonly Interval[]) =>
          list.some(({ from, to }) => from <= minute * MINUTE && minute * MINUTE < to);
        expect(within(common(merged(a), merged(b)))).toBe(within(a) && within(b));
      }),
    ));
});
