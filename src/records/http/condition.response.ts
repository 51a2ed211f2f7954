import { ApiProperty } from '@nestjs/swagger';
import {
  type ConditionClinicalStatus,
  conditionClinicalStatuses,
  type ConditionVerificationStatus,
  conditionVerificationStatuses,
  severities,
  type Severity,
} from '../events/condition-events.js';
import { CodeResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';

export class ConditionResponse extends EntryResponse {
  code!: CodeResponse;

  /**
   * Not there when it was entered in error.
   * @example active
   */
  @ApiProperty({ enum: conditionClinicalStatuses, required: false })
  clinicalStatus?: ConditionClinicalStatus;

  /** @example confirmed */
  @ApiProperty({ enum: [...conditionVerificationStatuses, 'entered-in-error'] })
  verificationStatus!: ConditionVerificationStatus | 'entered-in-error';

  /** @example moderate */
  @ApiProperty({ enum: severities, required: false })
  severity?: Severity;

  /**
   * A date, or an instant.
   * @example 2019-04-03
   */
  onset?: string;

  /**
   * A date, or an instant.
   * @example 2026-02-28
   */
  abatement?: string;
}
