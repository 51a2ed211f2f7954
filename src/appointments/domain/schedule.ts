import { Aggregate, type Instant, invalid } from '../../event-sourcing/index.js';
import type { BookedResource, BookedTime, ResourceType } from '../events/booking.js';
import { type OpeningHours, ScheduleDefined, WeeklyHoursSet } from '../events/schedule-events.js';
import type { Interval } from './interval.js';
import { TimeZone } from './time-zone.js';
import { WeeklyHours } from './weekly-hours.js';

export interface ScheduleDefinition {
  readonly resource: { readonly type: ResourceType; readonly name: string };
  readonly timeZone: string;
  readonly weeklyHours: readonly OpeningHours[];
}

/** When a practitioner, a room or a device can be booked. One per resource: its id is the resource's. */
export class Schedule extends Aggregate {
  static override readonly streamType = 'appointments.schedule';
  static override readonly events = [ScheduleDefined, WeeklyHoursSet];

  resource!: BookedResource;
  zone!: TimeZone;
  private weeklyHours!: WeeklyHours;

  static define(id: string, { resource, timeZone, weeklyHours }: ScheduleDefinition, now: Instant): Schedule {
    const schedule = new Schedule(id);
    mustBeZone(timeZone);
    WeeklyHours.checked(weeklyHours);
    schedule.apply(new ScheduleDefined({ resource, timeZone, weeklyHours, at: now }));
    return schedule;
  }

  setWeeklyHours(weeklyHours: readonly OpeningHours[], now: Instant): void {
    WeeklyHours.checked(weeklyHours);
    this.apply(new WeeklyHoursSet({ weeklyHours, at: now }));
  }

  openings(window: Interval): Interval[] {
    return this.weeklyHours.openings(this.zone, window);
  }

  /** The visit lies within the opening hours; its buffers may lie outside of them. */
  isOpen({ start, end }: BookedTime): boolean {
    return this.weeklyHours.covers(this.zone, { from: Date.parse(start), to: Date.parse(end) });
  }

  protected onScheduleDefined({ data }: ScheduleDefined): void {
    this.resource = { id: this.id, ...data.resource };
    this.zone = TimeZone.of(data.timeZone);
    this.weeklyHours = WeeklyHours.stored(data.weeklyHours);
  }

  protected onWeeklyHoursSet({ data }: WeeklyHoursSet): void {
    this.weeklyHours = WeeklyHours.stored(data.weeklyHours);
  }
}

function mustBeZone(name: string): void {
  try {
    TimeZone.of(name);
  } catch {
    throw invalid('invalid-time-zone', 'There is no such time zone.', '/timeZone');
  }
}
