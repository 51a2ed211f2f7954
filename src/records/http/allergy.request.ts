import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsDefined, IsIn, ValidateNested } from 'class-validator';
import { IsId } from '../../http/index.js';
import {
  allergyCategories,
  type AllergyCategory,
  type AllergyClinicalStatus,
  allergyClinicalStatuses,
  type AllergyType,
  allergyTypes,
  type AllergyVerificationStatus,
  allergyVerificationStatuses,
  criticalities,
  type Criticality,
} from '../events/allergy-events.js';
import { severities, type Severity } from '../events/condition-events.js';
import { CodeRequest } from './code.request.js';
import { IsDateOrInstant } from './date-or-instant.js';
import { Optional } from './optional.js';

export class ReactionRequest {
  /** What happens to the patient, such as urticaria. */
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  manifestation!: CodeRequest;

  /** @example severe */
  @Optional()
  @IsIn(severities)
  severity?: Severity;

  /** @example 2018-06-12 */
  @Optional()
  @IsDateOrInstant()
  onset?: string;
}

export class RecordAllergyRequest {
  /** The substance, or the allergy itself. */
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  /** @example allergy */
  @Optional()
  @IsIn(allergyTypes)
  type?: AllergyType;

  /** @example ["medication"] */
  @Optional()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(4)
  @IsIn(allergyCategories, { each: true })
  category?: AllergyCategory[];

  /** @example high */
  @Optional()
  @IsIn(criticalities)
  criticality?: Criticality;

  /**
   * `active` unless told otherwise.
   * @example active
   */
  @Optional()
  @IsIn(allergyClinicalStatuses)
  clinicalStatus?: AllergyClinicalStatus;

  /**
   * `confirmed` unless told otherwise.
   * @example confirmed
   */
  @Optional()
  @IsIn(allergyVerificationStatuses)
  verificationStatus?: AllergyVerificationStatus;

  /** @example 2018-06-12 */
  @Optional()
  @IsDateOrInstant()
  onset?: string;

  @Optional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => ReactionRequest)
  reactions?: ReactionRequest[];

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @Optional()
  @IsId()
  encounterId?: string;
}
