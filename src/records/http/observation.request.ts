import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  ValidateNested,
} from 'class-validator';
import { IsId, IsInstant, IsPlainText } from '../../http/index.js';
import {
  type Interpretation,
  interpretations,
  observationCategories,
  type ObservationCategory,
} from '../events/observation-events.js';
import { CodeRequest, QuantityRequest } from './code.request.js';
import { Optional } from './optional.js';

/** Exactly one of them. */
export class ObservedValueRequest {
  @Optional()
  @ValidateNested()
  @Type(() => QuantityRequest)
  quantity?: QuantityRequest;

  /** A coded finding. */
  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  code?: CodeRequest;

  /**
   * A finding in words.
   * @example cloudy
   */
  @Optional()
  @IsPlainText(4000)
  string?: string;

  /** @example true */
  @Optional()
  @IsBoolean()
  boolean?: boolean;

  /** @example 15 */
  @Optional()
  @IsInt()
  integer?: number;
}

export class ReferenceRangeRequest {
  /** @example 90 */
  @Optional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  low?: number;

  /** @example 140 */
  @Optional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  high?: number;

  /** @example "normal for adults" */
  @Optional()
  @IsPlainText(500)
  text?: string;
}

export class ComponentRequest {
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  @IsDefined()
  @ValidateNested()
  @Type(() => ObservedValueRequest)
  value!: ObservedValueRequest;

  /**
   * HL7 v3 ObservationInterpretation.
   * @example N
   */
  @Optional()
  @IsIn(interpretations)
  interpretation?: Interpretation;

  @Optional()
  @ValidateNested()
  @Type(() => ReferenceRangeRequest)
  referenceRange?: ReferenceRangeRequest;
}

export class ObservationRequest {
  @IsDefined()
  @ValidateNested()
  @Type(() => CodeRequest)
  code!: CodeRequest;

  /** May be left out when there are components. */
  @Optional()
  @ValidateNested()
  @Type(() => ObservedValueRequest)
  value?: ObservedValueRequest;

  /**
   * HL7 v3 ObservationInterpretation.
   * @example N
   */
  @Optional()
  @IsIn(interpretations)
  interpretation?: Interpretation;

  @Optional()
  @ValidateNested()
  @Type(() => ReferenceRangeRequest)
  referenceRange?: ReferenceRangeRequest;

  /**
   * That of the panel unless told otherwise; `vital-signs` for the codes of FHIR's vital signs profile.
   * @example vital-signs
   */
  @Optional()
  @IsIn(observationCategories)
  category?: ObservationCategory;

  /** Parts measured together, as of a blood pressure. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ComponentRequest)
  components?: ComponentRequest[];
}

export class RecordObservationsRequest {
  /**
   * When it was measured.
   * @example 2026-03-01T09:05:00.000Z
   */
  @IsInstant()
  effectiveAt!: string;

  /**
   * `final` unless told otherwise.
   * @example final
   */
  @Optional()
  @IsIn(['preliminary', 'final'])
  status?: 'preliminary' | 'final';

  /**
   * Of every observation that has none of its own.
   * @example vital-signs
   */
  @Optional()
  @IsIn(observationCategories)
  category?: ObservationCategory;

  /** What the whole panel is called. */
  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  code?: CodeRequest;

  /** @example [{"code":{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"},"value":{"quantity":{"value":72,"unit":"beats/min","code":"/min"}}}] */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ObservationRequest)
  observations!: ObservationRequest[];

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f40 */
  @Optional()
  @IsId()
  encounterId?: string;
}
