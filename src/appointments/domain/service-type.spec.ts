import { DomainError } from '../../event-sourcing/index.js';
import { ServiceTypeDefined } from '../events/service-type-defined.js';
import { bookableWithin } from './service-terms.js';
import { movedTo, ServiceType } from './service-type.js';
import { TimeZone } from './time-zone.js';

const now = '2026-03-01T10:00:00.000Z';
const london = TimeZone.of('Europe/London');
const service = ServiceType.define(
  'service',
  {
    name: 'Consultation',
    durationMinutes: 30,
    bufferBeforeMinutes: 5,
    bufferAfterMinutes: 10,
    minimumNoticeMinutes: 60,
    horizonDays: 30,
  },
  now,
);

const codeOf = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

describe('a service type', () => {
  it('has defaults for all terms but its name and duration', () =>
    expect(ServiceType.define('id', { name: 'Talk', durationMinutes: 20 }, now).getUncommittedEvents()).toEqual([
      new ServiceTypeDefined({
        name: 'Talk',
        durationMinutes: 20,
        bufferBeforeMinutes: 0,
        bufferAfterMinutes: 0,
        slotIntervalMinutes: 20,
        minimumNoticeMinutes: 0,
        horizonDays: 3653,
        cancellationCutoffMinutes: 0,
        patientOverlap: 'warn',
        bookableByPatient: true,
        at: now,
      }),
    ]));

  it('takes the time of the visit and the buffers around it', () =>
    expect(service.timeFrom('2026-10-25T00:30:00.000Z', london)).toEqual({
      start: '2026-10-25T00:30:00.000Z',
      end: '2026-10-25T01:00:00.000Z',
      timeZone: 'Europe/London',
      localStart: '2026-10-25T01:30:00+01:00',
      busyFrom: '2026-10-25T00:25:00.000Z',
      busyTo: '2026-10-25T01:10:00.000Z',
    }));

  it('takes as long as it lasted, where that is known', () => {
    const time = service.timeFrom('2025-01-01T10:00:00.000Z', london, '2025-01-01T12:45:00.000Z');
    expect(time).toMatchObject({ end: '2025-01-01T12:45:00.000Z', busyTo: '2025-01-01T12:55:00.000Z' });
    const backwards = () => service.timeFrom('2025-01-01T10:00:00.000Z', london, '2025-01-01T10:00:00.000Z');
    expect(codeOf(backwards)).toBe('ends-before-start');
  });

  it.each([
    ['2026-03-01T10:59:59.999Z', 'too-soon'],
    ['2026-02-01T10:00:00.000Z', 'too-soon'],
    ['2026-03-01T11:00:00.000Z', undefined],
    ['2026-03-31T10:00:00.000Z', undefined],
    ['2026-03-31T10:00:00.001Z', 'beyond-horizon'],
    ['+010000-01-01T00:00:00.000Z', 'beyond-horizon'],
  ])('that starts at %s is refused as %s', (start, code) =>
    expect(codeOf(() => service.mustBeBookableAt(start, now))).toBe(code),
  );

  it('may be for the staff to book', () => {
    const terms = { name: 'Operation', durationMinutes: 90, bookableByPatient: false };
    expect(codeOf(() => ServiceType.define('id', terms, now).mustBeBookableByPatients())).toBe(
      'not-bookable-by-patients',
    );
    expect(codeOf(() => service.mustBeBookableByPatients())).toBeUndefined();
  });

  it('keeps its length and buffers when it moves', () => {
    const time = service.timeFrom('2026-03-02T09:00:00.000Z', london, '2026-03-02T09:50:00.000Z');
    expect(movedTo(time, '2026-03-30T09:00:00.000Z', london)).toEqual({
      start: '2026-03-30T09:00:00.000Z',
      end: '2026-03-30T09:50:00.000Z',
      timeZone: 'Europe/London',
      localStart: '2026-03-30T10:00:00+01:00',
      busyFrom: '2026-03-30T08:55:00.000Z',
      busyTo: '2026-03-30T10:00:00.000Z',
    });
  });

  it('is offered from its notice to its horizon', () => {
    const day = Date.parse(now);
    const within = (from: string, to: string) =>
      bookableWithin(service.terms, { from: Date.parse(from), to: Date.parse(to) }, now);
    expect(within('2026-02-01T00:00:00Z', '2026-03-02T00:00:00Z')).toEqual({
      from: day + 60 * 60_000,
      to: Date.parse('2026-03-02T00:00:00Z'),
    });
    expect(within('2026-03-30T00:00:00Z', '2026-05-01T00:00:00Z').to).toBe(Date.parse('2026-03-31T10:30:00Z'));
    const past = within('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
    expect(past.to).toBe(past.from);
  });
});
