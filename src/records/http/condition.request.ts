import { Type } from 'class-transformer';
import { IsDefined, IsIn, ValidateNested } from 'class-validator';
import { IsId } from '../../http/index.js';
import {
  type ConditionClinicalStatus,
  conditionClinicalStatuses,
  type ConditionVerificationStatus,
  conditionVerificationStatuses,
  severities,
  type Severity,
} from '../events/condition-events.js';
import { CodeRequest } from './code.request.js';
import { IsDateOrInstant } from './date-or-instant.js';
import { Optional } from './optional.js';

export class RecordConditionRequest {
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  /**
   * When it began.
   * @example 2019-04-03
   */
  @Optional()
  @IsDateOrInstant()
  onset?: string;

  /**
   * When it was over. What has abated is not active.
   * @example 2020-01-31
   */
  @Optional()
  @IsDateOrInstant()
  abatement?: string;

  /**
   * `active` unless told otherwise, or `resolved` with an abatement.
   * @example resolved
   */
  @Optional()
  @IsIn(conditionClinicalStatuses)
  clinicalStatus?: ConditionClinicalStatus;

  /**
   * `confirmed` unless told otherwise.
   * @example confirmed
   */
  @Optional()
  @IsIn(conditionVerificationStatuses)
  verificationStatus?: ConditionVerificationStatus;

  /** @example moderate */
  @Optional()
  @IsIn(severities)
  severity?: Severity;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @Optional()
  @IsId()
  encounterId?: string;
}

export class ResolveConditionRequest {
  /**
   * Now unless told otherwise.
   * @example 2026-02-28
   */
  @Optional()
  @IsDateOrInstant()
  abatement?: string;
}
