import { ApiProperty } from '@nestjs/swagger';
import { type EntryAction, entryActions } from '../queries/allowed-actions.js';

export class WithdrawalResponse {
  /** @example "Recorded for the wrong patient" */
  reason!: string;

  /** @example 2026-03-02T08:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  at!: string;
}

/** What every entry of a chart is served with. */
export class EntryResponse {
  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f50 */
  id!: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f10 */
  patientId!: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  encounterId?: string;

  /**
   * When it was true in the world.
   * @example 2026-03-01T09:00:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  effectiveAt!: string;

  /**
   * When it was recorded here.
   * @example 2026-03-01T09:05:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;

  /**
   * Who recorded it.
   * @example practitioner-1
   */
  recordedBy!: string;

  /**
   * Raised by one with every change. The ETag of the entry.
   * @example 1
   */
  version!: number;

  /** There only when it was entered in error. */
  enteredInError?: WithdrawalResponse;

  /**
   * What this caller may do next.
   * @example ["mark-entered-in-error"]
   */
  @ApiProperty({ enum: entryActions, isArray: true })
  allowedActions!: EntryAction[];
}
