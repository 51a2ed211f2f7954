import { Injectable } from '@nestjs/common';
import { currentContext, type Instant, invalid, refused, Streams } from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { assertMaySee } from '../../security/index.js';
import { Schedule } from '../domain/schedule.js';
import { LONGEST_VISIT_MINUTES } from '../domain/service-terms.js';
import { ServiceType } from '../domain/service-type.js';
import type { BookedTime, Booking } from '../events/booking.js';
import { NextFreeSlots, type WantedTime } from './next-free-slots.js';
import { ResourceAllocations } from './resource-allocations.js';

/** What is asked for when a time is held or booked. */
export interface BookingRequest {
  readonly patientId: string;
  readonly serviceTypeId: string;
  readonly resourceIds: readonly string[];
  readonly start: Instant;
}

/** Told with the answer: it was done, but somebody should know. */
export interface Warning {
  readonly code: 'patient-overlap';
  /** The patient's other appointments at that time. */
  readonly appointmentIds: readonly string[];
}

export interface Promisable {
  readonly booking: Booking;
  readonly onePlaceAtATime: boolean;
  readonly warnings: readonly Warning[];
  readonly whenTaken: () => Promise<Error>;
}

/** Whether a time can be promised to a patient, by every rule but one: that it is still free, the database decides. */
@Injectable()
export class BookableTime {
  constructor(
    private readonly streams: Streams,
    private readonly allocations: ResourceAllocations,
    private readonly nextFree: NextFreeSlots,
  ) {}

  /** For a time to come. */
  async promise(request: BookingRequest, now: Instant): Promise<Promisable> {
    const { patientId, start } = request;
    assertMaySee(patientId);
    // Asked together, both go to the database in one message. The end is not known before the service is, but that it is within a day.
    const [facts, others] = await Promise.all([
      this.load(request),
      this.allocations.ofPatient(patientId, start, now, LONGEST_VISIT_MINUTES),
    ]);
    facts.standing.mustBeAlive();
    if (currentContext().actor.role === 'patient') facts.service.mustBeBookableByPatients();

    const wanted = { ...facts, start };
    const booking = bookingOf(request, facts);
    await this.mustBeOffered(wanted, booking.time, now);
    return {
      booking,
      onePlaceAtATime: facts.service.terms.patientOverlap === 'refuse',
      warnings: overlapsOf(booking.time, others),
      whenTaken: () => this.timeTaken(wanted, now),
    };
  }

  /** For what has taken place: notice, horizon and opening hours do not apply. */
  async recall(request: BookingRequest, end: Instant | undefined, now: Instant): Promise<Promisable> {
    const facts = await this.load(request);
    facts.standing.mustBeAlive(request.start);
    const wanted = { ...facts, start: request.start };
    return {
      booking: bookingOf(request, facts, end),
      onePlaceAtATime: false,
      warnings: [],
      whenTaken: () => this.timeTaken(wanted, now),
    };
  }

  /** Within notice, horizon and the opening hours of every resource. */
  async mustBeOffered(wanted: WantedTime, time: BookedTime, now: Instant): Promise<void> {
    wanted.service.mustBeBookableAt(time.start, now);
    if (wanted.schedules.every((schedule) => schedule.isOpen(time))) return;
    throw refused('outside-hours', 'It lies outside of the opening hours.', {
      nextFreeSlots: await this.nextFree.of(wanted, now),
    });
  }

  async timeTaken(wanted: WantedTime, now: Instant): Promise<Error> {
    return refused('time-taken', 'The time is taken.', { nextFreeSlots: await this.nextFree.of(wanted, now) });
  }

  private async load({ patientId, serviceTypeId, resourceIds }: BookingRequest): Promise<Facts> {
    mustNameEachOnce(resourceIds);
    const [standing, service, ...schedules] = await this.streams.load(
      [PatientStanding, patientId],
      [ServiceType, serviceTypeId],
      ...resourceIds.map((id) => [Schedule, id] as const),
    );
    return { standing, service, schedules };
  }
}

export function mustNameEachOnce(resourceIds: readonly string[]): void {
  if (new Set(resourceIds).size === resourceIds.length) return;
  throw invalid('duplicate-resource', 'A resource is named once.', '/resourceIds');
}

interface Facts {
  readonly standing: PatientStanding;
  readonly service: ServiceType;
  readonly schedules: readonly Schedule[];
}

function bookingOf(request: BookingRequest, { service, schedules }: Facts, end?: Instant): Booking {
  return {
    patientId: request.patientId,
    serviceTypeId: service.id,
    serviceTypeName: service.terms.name,
    resources: schedules.map(({ resource }) => resource),
    time: service.timeFrom(request.start, schedules[0]!.zone, end),
    cancellationCutoffMinutes: service.terms.cancellationCutoffMinutes,
  };
}

function overlapsOf(
  { end }: BookedTime,
  others: readonly { readonly appointmentId: string; readonly start: Instant }[],
): Warning[] {
  const appointmentIds = new Set(others.filter((other) => other.start < end).map((other) => other.appointmentId));
  return appointmentIds.size > 0 ? [{ code: 'patient-overlap', appointmentIds: [...appointmentIds] }] : [];
}
