import { ApiProperty } from '@nestjs/swagger';
import { type EntryType, entryTypes } from '../events/entry.js';
import { CodeResponse } from './code.response.js';

export class TimelineItemResponse {
  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f50 */
  id!: string;

  /** @example condition */
  @ApiProperty({ enum: entryTypes })
  type!: EntryType;

  /** @example 2019-04-03T00:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  effectiveAt!: string;

  /** @example 2026-03-01T09:05:00.000Z */
  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  encounterId?: string;

  /** @example "Hypertensive disorder" */
  title!: string;

  code?: CodeResponse;

  /** @example active */
  status!: string;

  /** @example false */
  enteredInError!: boolean;
}

export class TimelineResponse {
  /** The latest first. */
  items!: TimelineItemResponse[];

  /**
   * Gives the next page; null on the last one.
   * @example null
   */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
