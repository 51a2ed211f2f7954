import type { Instant } from '../../event-sourcing/index.js';
import { APPOINTMENT_STATUSES, type AppointmentStatus } from '../domain/appointment-status.js';
import { APPOINTMENT_ACTIONS, type AppointmentAction } from '../domain/allowed-actions.js';
import { RESOURCE_TYPES, type ResourceType } from '../events/booking.js';
import {
  CANCELLATION_INITIATORS,
  CANCELLATION_REASONS,
  type CancellationInitiator,
  type CancellationReason,
} from '../events/cancellation-reason.js';
import { ApiProperty } from '@nestjs/swagger';

export class BookedResourceResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example practitioner */
  @ApiProperty({ enum: RESOURCE_TYPES })
  type!: ResourceType;

  /** @example "Dr Amara Okafor" */
  name!: string;
}

export class HoldResponse {
  /** @example 2030-03-04T08:35:00.000Z */
  @ApiProperty({ format: 'date-time' })
  expiresAt!: Instant;

  /**
   * How it ended without being booked.
   * @example null
   */
  @ApiProperty({ type: String, enum: ['released', 'expired', null], nullable: true })
  ended!: 'released' | 'expired' | null;
}

export class CancellationResponse {
  /**
   * HL7 Terminology, appointment-cancellation-reason.
   * @example pat
   */
  @ApiProperty({ enum: Object.keys(CANCELLATION_REASONS) })
  reason!: CancellationReason;

  /** @example Patient */
  display!: string;

  /** @example patient */
  @ApiProperty({ enum: CANCELLATION_INITIATORS })
  by!: CancellationInitiator;

  /** @example 2030-03-03T10:12:00.000Z */
  @ApiProperty({ format: 'date-time' })
  at!: Instant;
}

/** An appointment, or a held time: `pending`. */
export class AppointmentResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e70 */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example 1 */
  version!: number;

  /** @example booked */
  @ApiProperty({ enum: APPOINTMENT_STATUSES })
  status!: AppointmentStatus;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71 */
  @ApiProperty({ format: 'uuid' })
  patientId!: string;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72 */
  @ApiProperty({ format: 'uuid' })
  serviceTypeId!: string;

  /** @example "First consultation" */
  serviceTypeName!: string;

  resources!: BookedResourceResponse[];

  /** @example 2030-03-04T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  start!: Instant;

  /** @example 2030-03-04T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  end!: Instant;

  /** @example Europe/London */
  timeZone!: string;

  /**
   * The start on the wall clock of the zone.
   * @example 2030-03-04T09:00:00+00:00
   */
  @ApiProperty({ format: 'date-time' })
  localStart!: string;

  /** Null when it was booked without a hold. */
  @ApiProperty({ type: HoldResponse, nullable: true })
  hold!: HoldResponse | null;

  /** @example 2030-03-03T08:30:00.000Z */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  bookedAt!: Instant | null;

  /** Null unless it was cancelled. */
  @ApiProperty({ type: CancellationResponse, nullable: true })
  cancellation!: CancellationResponse | null;

  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  checkedInAt!: Instant | null;

  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  missedAt!: Instant | null;

  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  fulfilledAt!: Instant | null;

  /**
   * The encounter in which the patient is, or was, seen.
   * @example null
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  encounterId!: string | null;

  /**
   * What this caller may do next.
   * @example ["reschedule", "cancel", "check-in", "mark-no-show"]
   */
  @ApiProperty({ enum: APPOINTMENT_ACTIONS, isArray: true })
  allowedActions!: readonly AppointmentAction[];
}

export class AppointmentPageResponse {
  items!: AppointmentResponse[];

  /** @example null */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class WarningResponse {
  /** @example patient-overlap */
  @ApiProperty({ enum: ['patient-overlap'] })
  code!: 'patient-overlap';

  /** @example ["01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e73"] */
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  appointmentIds!: readonly string[];
}

/** What is told with a booking. */
export class BookedResponse {
  /** The booking was made, but somebody should know: the patient's other appointments at that time. */
  @ApiProperty({ type: [WarningResponse] })
  warnings!: readonly WarningResponse[];
}

export class HeldResponse extends BookedResponse {
  /** @example 2030-03-04T08:35:00.000Z */
  @ApiProperty({ format: 'date-time' })
  expiresAt!: Instant;
}
