import { Aggregate, type Instant } from '../../event-sourcing/index.js';
import type { BookedTime } from '../events/booking.js';
import { type ServiceTerms, ServiceTypeDefined } from '../events/service-type-defined.js';
import { MINUTE } from './interval.js';
import {
  bookedByStaffOnly,
  earliestStart,
  latestStart,
  type ServiceDefinition,
  withDefaults,
} from './service-terms.js';
import type { TimeZone } from './time-zone.js';

/** What can be booked: how long it takes, the buffers around it, and on which terms it is booked. */
export class ServiceType extends Aggregate {
  static override readonly streamType = 'appointments.service-type';
  static override readonly events = [ServiceTypeDefined];

  terms!: ServiceTerms;

  static define(id: string, definition: ServiceDefinition, now: Instant): ServiceType {
    const service = new ServiceType(id);
    service.apply(new ServiceTypeDefined({ ...withDefaults(definition), at: now }));
    return service;
  }

  /** The time that a visit from `start` takes; `end` only where it is known to have lasted otherwise. */
  timeFrom(start: Instant, zone: TimeZone, end?: Instant): BookedTime {
    const { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes } = this.terms;
    const from = Date.parse(start);
    const to = end === undefined ? from + durationMinutes * MINUTE : Date.parse(end);
    this.must(from < to, 'ends-before-start', 'An appointment ends after it starts.');
    return bookedTime(zone, from, to, bufferBeforeMinutes * MINUTE, bufferAfterMinutes * MINUTE);
  }

  mustBeBookableAt(start: Instant, now: Instant): void {
    const [earliest, latest] = [earliestStart(this.terms, now), latestStart(this.terms, now)];
    this.must(
      Date.parse(start) >= earliest,
      'too-soon',
      'It starts in the past, or sooner than this service can be booked.',
    );
    this.must(Date.parse(start) <= latest, 'beyond-horizon', 'It starts later than this service can be booked yet.');
  }

  mustBeBookableByPatients(): void {
    if (!this.terms.bookableByPatient) throw bookedByStaffOnly();
  }

  protected onServiceTypeDefined({ data }: ServiceTypeDefined): void {
    this.terms = data;
  }
}

const instant = (milliseconds: number): Instant => new Date(milliseconds).toISOString();

function bookedTime(zone: TimeZone, from: number, to: number, before: number, after: number): BookedTime {
  return {
    start: instant(from),
    end: instant(to),
    timeZone: zone.name,
    localStart: zone.toLocalText(from),
    busyFrom: instant(from - before),
    busyTo: instant(to + after),
  };
}

/** The same length and buffers at another start. */
export function movedTo(time: BookedTime, start: Instant, zone: TimeZone): BookedTime {
  const from = Date.parse(start);
  const [oldStart, oldEnd] = [Date.parse(time.start), Date.parse(time.end)];
  return bookedTime(
    zone,
    from,
    from + oldEnd - oldStart,
    oldStart - Date.parse(time.busyFrom),
    Date.parse(time.busyTo) - oldEnd,
  );
}
