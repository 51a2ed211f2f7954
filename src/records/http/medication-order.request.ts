import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsIn, ValidateNested } from 'class-validator';
import { IsId, IsInstant, IsPlainText } from '../../http/index.js';
import type { PrescribedStatus } from '../events/medication-events.js';
import { CodeRequest, QuantityRequest } from './code.request.js';
import { Optional } from './optional.js';

const prescribedStatuses = ['draft', 'active', 'on-hold', 'completed', 'stopped', 'cancelled'] as const;

export class DosageRequest {
  /**
   * As a person would read it.
   * @example 1 tablet twice a day with food
   */
  @Optional()
  @IsPlainText(1000)
  text?: string;

  /** What is taken at a time. */
  @Optional()
  @ValidateNested()
  @Type(() => QuantityRequest)
  dose?: QuantityRequest;

  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  route?: CodeRequest;

  /** @example false */
  @Optional()
  @IsBoolean()
  asNeeded?: boolean;
}

export class PrescribeMedicationRequest {
  /** The medication. */
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  @Optional()
  @ValidateNested()
  @Type(() => DosageRequest)
  dosage?: DosageRequest;

  /**
   * Now unless told otherwise.
   * @example 2026-03-01T09:10:00.000Z
   */
  @Optional()
  @IsInstant()
  authoredOn?: string;

  /**
   * `active` unless told otherwise. Orders taken over from elsewhere may have ended.
   * @example active
   */
  @Optional()
  @IsIn(prescribedStatuses)
  status?: PrescribedStatus;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  @Optional()
  @IsId()
  prescriberId?: string;

  /**
   * Prescribes it in spite of an alert.
   * @example "Tolerated since 2021"
   */
  @Optional()
  @IsPlainText(500)
  overrideReason?: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @Optional()
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
  @Optional()
  @IsInstant()
  stoppedAt?: string;
}
