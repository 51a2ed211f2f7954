import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsIn, IsOptional, ValidateNested } from 'class-validator';
import { IsId, IsInstant, IsPlainText } from '../../http/index.js';
import type { PrescribedStatus } from '../events/medication-events.js';
import { CodeRequest, QuantityRequest } from './code.request.js';

const prescribedStatuses = ['draft', 'active', 'on-hold', 'completed', 'stopped', 'cancelled'] as const;

export class DosageRequest {
  /**
   * As a person would read it.
   * @example 1 tablet twice a day with food
   */
  @IsOptional()
  @IsPlainText(1000)
  text?: string;

  /** What is taken at a time. */
  @IsOptional()
  @ValidateNested()
  @Type(() => QuantityRequest)
  dose?: QuantityRequest;

  @IsOptional()
  @ValidateNested()
  @Type(() => CodeRequest)
  route?: CodeRequest;

  /** @example false */
  @IsOptional()
  @IsBoolean()
  asNeeded?: boolean;
}

export class PrescribeMedicationRequest {
  /** The medication. */
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  @IsOptional()
  @ValidateNested()
  @Type(() => DosageRequest)
  dosage?: DosageRequest;

  /**
   * Now unless told otherwise.
   * @example 2026-03-01T09:10:00.000Z
   */
  @IsOptional()
  @IsInstant()
  authoredOn?: string;

  /**
   * `active` unless told otherwise. Orders taken over from elsewhere may have ended.
   * @example active
   */
  @IsOptional()
  @IsIn(prescribedStatuses)
  status?: PrescribedStatus;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  @IsOptional()
  @IsId()
  prescriberId?: string;

  /**
   * Prescribes it in spite of an alert.
   * @example Tolerated since 2021
   */
  @IsOptional()
  @IsPlainText(500)
  overrideReason?: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @IsOptional()
  @IsId()
  encounterId?: string;
}

export class StopMedicationRequest {
  /**
   * Why it is no longer given.
   * @example "No longer needed"
   */
  @IsPlainText(500)
  reason!: string;

  /**
   * Now unless told otherwise.
   * @example 2026-03-01T09:10:00.000Z
   */
  @IsOptional()
  @IsInstant()
  stoppedAt?: string;
}
