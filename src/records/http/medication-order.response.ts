import { ApiProperty } from '@nestjs/swagger';
import { type MedicationStatus, medicationStatuses } from '../events/medication-events.js';
import { CodeResponse, QuantityResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';

export class DosageResponse {
  /** @example 1 tablet twice a day with food */
  text?: string;

  dose?: QuantityResponse;

  route?: CodeResponse;

  /** @example false */
  asNeeded?: boolean;
}

export class MedicationOrderResponse extends EntryResponse {
  /** The medication. */
  code!: CodeResponse;

  /** @example active */
  @ApiProperty({ enum: medicationStatuses })
  status!: MedicationStatus;

  /**
   * Why it is on hold, or was stopped.
   * @example "No longer needed"
   */
  statusReason?: string;

  /** @example 2026-03-01T09:10:00.000Z */
  @ApiProperty({ format: 'date-time' })
  authoredOn!: string;

  /** @example 2026-03-08T09:10:00.000Z */
  @ApiProperty({ format: 'date-time', required: false })
  stoppedAt?: string;

  dosage?: DosageResponse;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  prescriberId?: string;

  /**
   * Why it was prescribed in spite of an alert.
   * @example "Tolerated since 2021"
   */
  overrideReason?: string;
}
