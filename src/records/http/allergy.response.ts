import { ApiProperty } from '@nestjs/swagger';
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
import { CodeResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';

export class ReactionResponse {
  manifestation!: CodeResponse;

  /** @example severe */
  @ApiProperty({ enum: severities, required: false })
  severity?: Severity;

  /**
   * A date, or an instant.
   * @example 2018-06-12
   */
  onset?: string;
}

export class AllergyResponse extends EntryResponse {
  code!: CodeResponse;

  /** @example allergy */
  @ApiProperty({ enum: allergyTypes, required: false })
  type?: AllergyType;

  /** @example ["medication"] */
  @ApiProperty({ enum: allergyCategories, isArray: true })
  category!: readonly AllergyCategory[];

  /** @example high */
  @ApiProperty({ enum: criticalities, required: false })
  criticality?: Criticality;

  /**
   * Not there when it was entered in error.
   * @example active
   */
  @ApiProperty({ enum: allergyClinicalStatuses, required: false })
  clinicalStatus?: AllergyClinicalStatus;

  /** @example confirmed */
  @ApiProperty({ enum: [...allergyVerificationStatuses, 'entered-in-error'] })
  verificationStatus!: AllergyVerificationStatus | 'entered-in-error';

  /**
   * A date, or an instant.
   * @example 2018-06-12
   */
  onset?: string;

  @ApiProperty({ type: [ReactionResponse] })
  reactions!: readonly ReactionResponse[];
}
