import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsPlainText } from '../../http/index.js';
import { LONGEST_VISIT_MINUTES } from '../domain/service-terms.js';
import { OVERLAP_POLICIES, type OverlapPolicy } from '../events/service-type-defined.js';

export class ServiceTypeRequest {
  /** @example "First consultation" */
  @IsPlainText(200)
  name!: string;

  /** @example 30 */
  @IsInt()
  @Min(1)
  @Max(LONGEST_VISIT_MINUTES)
  durationMinutes!: number;

  /** @example 0 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(480)
  bufferBeforeMinutes: number = 0;

  /** @example 10 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(480)
  bufferAfterMinutes: number = 0;

  /**
   * Minutes between the starts that are offered, from each opening on; the duration unless told.
   * @example 30
   */
  @IsOptional()
  @IsInt()
  @Min(5)
  @Max(1440)
  slotIntervalMinutes?: number;

  /** @example 60 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(525_600)
  minimumNoticeMinutes?: number;

  /**
   * How far ahead it can be booked: ten years unless told.
   * @example 3650
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3653)
  horizonDays?: number;

  /**
   * Minutes before the start after which patients no longer cancel or move it by themselves.
   * @example 1440
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(525_600)
  cancellationCutoffMinutes?: number;

  /**
   * What happens when the patient has another appointment at that time: `warn` unless told.
   * @example warn
   */
  @IsOptional()
  @IsIn(OVERLAP_POLICIES)
  @ApiProperty({ enum: OVERLAP_POLICIES, required: false })
  patientOverlap?: OverlapPolicy;

  /**
   * May patients hold and book it by themselves: yes, unless told.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  bookableByPatient?: boolean;
}
