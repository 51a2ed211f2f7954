import { ApiProperty } from '@nestjs/swagger';
import { OVERLAP_POLICIES, type OverlapPolicy } from '../events/service-type-defined.js';

export class ServiceTypeResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72 */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example 1 */
  version!: number;

  /** @example "First consultation" */
  name!: string;

  /** @example 30 */
  durationMinutes!: number;

  /** @example 0 */
  bufferBeforeMinutes!: number;

  /** @example 10 */
  bufferAfterMinutes!: number;

  /**
   * Minutes between the starts that are offered, from each opening on. A booking may start at any minute.
   * @example 30
   */
  slotIntervalMinutes!: number;

  /** @example 60 */
  minimumNoticeMinutes!: number;

  /**
   * How far ahead it can be booked.
   * @example 3650
   */
  horizonDays!: number;

  /**
   * Minutes before the start after which patients no longer cancel or move it by themselves.
   * @example 1440
   */
  cancellationCutoffMinutes!: number;

  /**
   * What happens when the patient has another appointment at that time.
   * @example warn
   */
  @ApiProperty({ enum: OVERLAP_POLICIES })
  patientOverlap!: OverlapPolicy;

  /** @example true */
  bookableByPatient!: boolean;
}

export class ServiceTypePageResponse {
  items!: ServiceTypeResponse[];

  /** @example null */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
