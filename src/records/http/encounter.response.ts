import { ApiProperty } from '@nestjs/swagger';
import {
  type EncounterClass,
  encounterClasses,
  type EncounterStatus,
  encounterStatuses,
} from '../events/encounter-events.js';
import { CodeResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';
import { TimelineItemResponse } from './timeline.response.js';

export class EncounterSummaryResponse extends EntryResponse {
  /** @example in-progress */
  @ApiProperty({ enum: encounterStatuses })
  status!: EncounterStatus;

  /** @example AMB */
  @ApiProperty({ enum: encounterClasses })
  class!: EncounterClass;

  /** @example 2026-03-01T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  start!: string;

  /** @example 2026-03-01T09:30:00.000Z */
  @ApiProperty({ format: 'date-time', required: false })
  end?: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  practitionerId?: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f30 */
  appointmentId?: string;

  type?: CodeResponse;

  reason?: CodeResponse;
}

export class EncounterResponse extends EncounterSummaryResponse {
  /** What was found and done in it, in the order of time, but for what was entered in error. At most 500. */
  entries!: TimelineItemResponse[];
}
