import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsInt, Max, Min, ValidateNested } from 'class-validator';
import { IsId, IsPlainText } from '../../http/index.js';
import { CodeRequest, QuantityRequest } from './code.request.js';
import { IsDateOrInstant } from './date-or-instant.js';
import { Optional } from './optional.js';

export class RecordImmunizationRequest {
  /** The vaccine. */
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  /**
   * When it was given.
   * @example 2026-03-01T09:15:00.000Z
   */
  @IsDateOrInstant()
  occurredAt!: string;

  /** @example FLU-2026-17 */
  @Optional()
  @IsPlainText(100)
  lotNumber?: string;

  /**
   * Counted from 1.
   * @example 1
   */
  @Optional()
  @IsInt()
  @Min(1)
  @Max(100)
  doseNumber?: number;

  @Optional()
  @ValidateNested()
  @Type(() => QuantityRequest)
  dose?: QuantityRequest;

  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  site?: CodeRequest;

  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  route?: CodeRequest;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  @Optional()
  @IsId()
  performerId?: string;

  /**
   * False when it was reported, not given here.
   * @example true
   */
  @Optional()
  @IsBoolean()
  primarySource?: boolean;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @Optional()
  @IsId()
  encounterId?: string;
}
