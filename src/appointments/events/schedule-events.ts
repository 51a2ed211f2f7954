import { DomainEvent, type Instant } from '../../event-sourcing/index.js';
import type { ResourceType } from './booking.js';

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** Open from `from` to `to` on the wall clock, `HH:MM`; `to` may be `24:00`. */
export interface OpeningHours {
  readonly day: Day;
  readonly from: string;
  readonly to: string;
}

/** A practitioner, room or device became bookable. Its id is the id of the stream. */
export class ScheduleDefined extends DomainEvent<{
  readonly resource: { readonly type: ResourceType; readonly name: string };
  readonly timeZone: string;
  readonly weeklyHours: readonly OpeningHours[];
  readonly at: Instant;
}> {}

/** New regular hours, in place of all earlier ones. Appointments that were booked stay. */
export class WeeklyHoursSet extends DomainEvent<{
  readonly weeklyHours: readonly OpeningHours[];
  readonly at: Instant;
}> {}
