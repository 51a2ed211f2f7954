import { ApiProperty } from '@nestjs/swagger';
import type { Instant } from '../../event-sourcing/index.js';
import { APPOINTMENT_STATUSES, type AppointmentStatus } from '../domain/appointment-status.js';

export class AgendaEntryResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e70 */
  @ApiProperty({ format: 'uuid' })
  appointmentId!: string;

  /** @example booked */
  @ApiProperty({ enum: APPOINTMENT_STATUSES })
  status!: AppointmentStatus;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71 */
  @ApiProperty({ format: 'uuid' })
  patientId!: string;

  /** @example "Ada Lovelace" */
  @ApiProperty({ type: String, nullable: true })
  patientName!: string | null;

  /** @example "First consultation" */
  serviceTypeName!: string;

  /** @example 2030-03-04T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  start!: Instant;

  /** @example 2030-03-04T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  end!: Instant;

  /**
   * From when the resource is taken, with the buffer before.
   * @example 2030-03-04T09:00:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  busyFrom!: Instant;

  /**
   * Until when the resource is taken, with the buffer after.
   * @example 2030-03-04T09:40:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  busyTo!: Instant;

  /**
   * Of a hold that is not booked: when it runs out.
   * @example null
   */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: Instant | null;
}

export class AgendaResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f */
  @ApiProperty({ format: 'uuid' })
  resourceId!: string;

  /** @example "Dr Amara Okafor" */
  name!: string;

  /** @example Europe/London */
  timeZone!: string;

  items!: AgendaEntryResponse[];
}
