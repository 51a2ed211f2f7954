import { scenariosOf } from '../../event-sourcing/testing/given.js';
import { DomainError } from '../../event-sourcing/index.js';
import { ScheduleDefined, WeeklyHoursSet } from '../events/schedule-events.js';
import { Schedule } from './schedule.js';

const now = '2026-03-01T10:00:00.000Z';
const resource = { type: 'practitioner', name: 'Dr Amara Okafor' } as const;
const mornings = [{ day: 'monday', from: '09:00', to: '12:00' }] as const;
const afternoons = [{ day: 'monday', from: '13:00', to: '17:00' }] as const;
const given = scenariosOf(Schedule, 'doctor');
const defined = new ScheduleDefined({ resource, timeZone: 'Europe/London', weeklyHours: mornings, at: now });

const visit = (start: string, end: string) => ({
  start,
  end,
  timeZone: 'Europe/London',
  localStart: start,
  busyFrom: start,
  busyTo: end,
});

describe('a schedule', () => {
  it('makes a resource bookable', () => {
    const schedule = Schedule.define('doctor', { resource, timeZone: 'Europe/London', weeklyHours: mornings }, now);
    expect(schedule.getUncommittedEvents()).toEqual([defined]);
    expect(schedule.resource).toEqual({ id: 'doctor', ...resource });
  });

  it('may have no regular hours', () => {
    const schedule = Schedule.define('doctor', { resource, timeZone: 'UTC', weeklyHours: [] }, now);
    expect(schedule.isOpen(visit('2026-03-02T09:00:00.000Z', '2026-03-02T09:30:00.000Z'))).toBe(false);
  });

  it('refuses a zone that does not exist', () =>
    expect(() => Schedule.define('doctor', { resource, timeZone: 'Mars/Olympus', weeklyHours: [] }, now)).toThrow(
      DomainError,
    ));

  it('is open on the wall clock of its zone, in winter and in summer', () => {
    const { subject } = given(defined);
    expect(subject.isOpen(visit('2026-03-02T09:00:00.000Z', '2026-03-02T09:30:00.000Z'))).toBe(true);
    expect(subject.isOpen(visit('2026-06-01T08:00:00.000Z', '2026-06-01T08:30:00.000Z'))).toBe(true);
    expect(subject.isOpen(visit('2026-03-02T08:00:00.000Z', '2026-03-02T08:30:00.000Z'))).toBe(false);
    expect(subject.isOpen(visit('2026-03-02T11:45:00.000Z', '2026-03-02T12:15:00.000Z'))).toBe(false);
  });

  it('takes new hours in place of the old', () => {
    given(defined)
      .when((schedule) => schedule.setWeeklyHours(afternoons, now))
      .then(new WeeklyHoursSet({ weeklyHours: afternoons, at: now }));
    const { subject } = given(defined, new WeeklyHoursSet({ weeklyHours: afternoons, at: now }));
    expect(subject.isOpen(visit('2026-03-02T09:00:00.000Z', '2026-03-02T09:30:00.000Z'))).toBe(false);
    expect(subject.isOpen(visit('2026-03-02T13:00:00.000Z', '2026-03-02T13:30:00.000Z'))).toBe(true);
  });

  it('refuses hours that make no sense', () =>
    given(defined)
      .when((schedule) => schedule.setWeeklyHours([{ day: 'monday', from: '12:00', to: '09:00' }], now))
      .thenRefuses('invalid-weekly-hours'));
});
