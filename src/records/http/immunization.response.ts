import { ApiProperty } from '@nestjs/swagger';
import { type ImmunizationStatus, immunizationStatuses } from '../events/immunization-events.js';
import { CodeResponse, QuantityResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';

export class ImmunizationResponse extends EntryResponse {
  /** The vaccine. */
  code!: CodeResponse;

  /** @example completed */
  @ApiProperty({ enum: immunizationStatuses })
  status!: ImmunizationStatus;

  /** @example 2026-03-01T09:15:00.000Z */
  @ApiProperty({ format: 'date-time' })
  occurredAt!: string;

  /** @example FLU-2026-17 */
  lotNumber?: string;

  /** @example 1 */
  doseNumber?: number;

  dose?: QuantityResponse;

  site?: CodeResponse;

  route?: CodeResponse;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  performerId?: string;

  /**
   * False when it was reported, not given here.
   * @example true
   */
  primarySource!: boolean;
}
