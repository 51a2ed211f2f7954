import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import { EncounterEnteredInError, EncounterStarted } from '../../records/events/encounter-events.js';
import type { AppointmentStatus } from '../domain/appointment-status.js';
import {
  AppointmentBooked,
  AppointmentCancelled,
  AppointmentFulfilled,
  AppointmentMissed,
  AppointmentRescheduled,
  PatientCheckedIn,
} from '../events/appointment-events.js';
import type { BookedResource, BookedTime, Booking } from '../events/booking.js';
import {
  CANCELLATION_REASONS,
  type CancellationInitiator,
  type CancellationReason,
} from '../events/cancellation-reason.js';
import { HoldExpired, HoldReleased, SlotHeld } from '../events/hold-events.js';

export interface Cancellation {
  readonly reason: CancellationReason;
  readonly display: string;
  readonly by: CancellationInitiator;
  readonly at: Instant;
}

/** An appointment as it is served: by its id, and in the list of its patient. */
@Entity({ schema: 'read', name: 'appointment_summary' })
export class AppointmentSummary {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('uuid', { name: 'patient_id' })
  patientId!: string;

  @Column('text')
  status!: AppointmentStatus;

  @Column('uuid', { name: 'service_type_id' })
  serviceTypeId!: string;

  @Column('text', { name: 'service_type_name' })
  serviceTypeName!: string;

  @Column('jsonb')
  resources!: readonly BookedResource[];

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Instant;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Instant;

  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('text', { name: 'local_start' })
  localStart!: string;

  @Column('int', { name: 'cancellation_cutoff_minutes' })
  cancellationCutoffMinutes!: number;

  /** Null when it was booked without a hold. */
  @Column('timestamptz', { name: 'hold_expires_at', nullable: true })
  holdExpiresAt!: Instant | null;

  /** How a hold ended that was not booked. */
  @Column('text', { name: 'hold_ended', nullable: true })
  holdEnded!: 'released' | 'expired' | null;

  @Column('timestamptz', { name: 'booked_at', nullable: true })
  bookedAt!: Instant | null;

  @Column('jsonb', { nullable: true })
  cancellation!: Cancellation | null;

  @Column('timestamptz', { name: 'checked_in_at', nullable: true })
  checkedInAt!: Instant | null;

  @Column('timestamptz', { name: 'missed_at', nullable: true })
  missedAt!: Instant | null;

  @Column('timestamptz', { name: 'fulfilled_at', nullable: true })
  fulfilledAt!: Instant | null;

  /** The encounter in which the patient is, or was, seen. */
  @Column('uuid', { name: 'encounter_id', nullable: true })
  encounterId!: string | null;
}

@EventsHandler(
  SlotHeld,
  HoldReleased,
  HoldExpired,
  AppointmentBooked,
  AppointmentRescheduled,
  AppointmentCancelled,
  PatientCheckedIn,
  AppointmentMissed,
  AppointmentFulfilled,
  EncounterStarted,
  EncounterEnteredInError,
)
@Projects(AppointmentSummary, { version: 1 })
export class AppointmentSummaryProjection extends Projection<AppointmentSummary> {
  override keysOf(event: DomainEvent): readonly string[] {
    if (!(event instanceof EncounterStarted || event instanceof EncounterEnteredInError)) return super.keysOf(event);
    return event.data.appointmentId === undefined ? [] : [event.data.appointmentId];
  }

  onSlotHeld(_row: undefined, { data, recorded }: SlotHeld): AppointmentSummary {
    return { ...begun(recorded.streamId, data), version: 1, status: 'pending', holdExpiresAt: data.expiresAt };
  }

  onHoldReleased(row: AppointmentSummary, event: HoldReleased): AppointmentSummary {
    return { ...moved(row, event, 'cancelled'), holdEnded: 'released' };
  }

  onHoldExpired(row: AppointmentSummary, event: HoldExpired): AppointmentSummary {
    return { ...moved(row, event, 'cancelled'), holdEnded: 'expired' };
  }

  onAppointmentBooked(row: AppointmentSummary | undefined, event: AppointmentBooked): AppointmentSummary {
    const known = row ?? begun(event.recorded.streamId, event.data);
    return { ...moved(known, event, 'booked'), bookedAt: event.data.at };
  }

  onAppointmentRescheduled(row: AppointmentSummary, event: AppointmentRescheduled): AppointmentSummary {
    const { resources, time } = event.data;
    return { ...moved(row, event, 'booked'), resources, ...timeOf(time) };
  }

  onAppointmentCancelled(row: AppointmentSummary, event: AppointmentCancelled): AppointmentSummary {
    const { reason, by, at } = event.data;
    const cancellation = { reason, display: CANCELLATION_REASONS[reason], by, at };
    return { ...moved(row, event, 'cancelled'), cancellation };
  }

  onPatientCheckedIn(row: AppointmentSummary, event: PatientCheckedIn): AppointmentSummary {
    return { ...moved(row, event, 'checked-in'), checkedInAt: event.data.at };
  }

  onAppointmentMissed(row: AppointmentSummary, event: AppointmentMissed): AppointmentSummary {
    return { ...moved(row, event, 'noshow'), missedAt: event.data.at };
  }

  onAppointmentFulfilled(row: AppointmentSummary, event: AppointmentFulfilled): AppointmentSummary {
    return { ...moved(row, event, 'fulfilled'), fulfilledAt: event.data.at };
  }

  onEncounterStarted(row: AppointmentSummary | undefined, { data, recorded }: EncounterStarted) {
    return row?.patientId === data.patientId ? { ...row, encounterId: recorded.streamId } : row;
  }

  onEncounterEnteredInError(row: AppointmentSummary | undefined, { recorded }: EncounterEnteredInError) {
    return row?.encounterId === recorded.streamId ? { ...row, encounterId: null } : row;
  }
}

const timeOf = ({ start, end, timeZone, localStart }: BookedTime) => ({
  startsAt: start,
  endsAt: end,
  timeZone,
  localStart,
});

const begun = (id: string, booking: Booking): AppointmentSummary => ({
  id,
  version: 0,
  patientId: booking.patientId,
  status: 'pending',
  serviceTypeId: booking.serviceTypeId,
  serviceTypeName: booking.serviceTypeName,
  resources: booking.resources,
  ...timeOf(booking.time),
  cancellationCutoffMinutes: booking.cancellationCutoffMinutes,
  holdExpiresAt: null,
  holdEnded: null,
  bookedAt: null,
  cancellation: null,
  checkedInAt: null,
  missedAt: null,
  fulfilledAt: null,
  encounterId: null,
});

const moved = (row: AppointmentSummary, { recorded }: DomainEvent, status: AppointmentStatus): AppointmentSummary => ({
  ...row,
  status,
  version: recorded.streamVersion,
});
