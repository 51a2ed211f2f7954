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
  IsOptional,
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

/** Exactly one of them. */
export class ObservedValueRequest {
  @IsOptional()
  @ValidateNested()
  @Type(() => QuantityRequest)
  quantity?: QuantityRequest;

  /** A coded finding. */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeRequest)
  code?: CodeRequest;

  /**
   * A finding in words.
   * @example cloudy
   */
  @IsOptional()
  @IsPlainText(4000)
  string?: string;

  /** @example true */
  @IsOptional()
  @IsBoolean()
  boolean?: boolean;

  /** @example 15 */
  @IsOptional()
  @IsInt()
  integer?: number;
}

export class ReferenceRangeRequest {
  /** @example 90 */
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  low?: number;

  /** @example 140 */
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  high?: number;

  /** @example normal for adults */
  @IsOptional()
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
  @IsOptional()
  @IsIn(interpretations)
  interpretation?: Interpretation;

  @IsOptional()
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
  @IsOptional()
  @ValidateNested()
  @Type(() => ObservedValueRequest)
  value?: ObservedValueRequest;

  /**
   * HL7 v3 ObservationInterpretation.
   * @example N
   */
  @IsOptional()
  @IsIn(interpretations)
  interpretation?: Interpretation;

  @IsOptional()
  @ValidateNested()
  @Type(() => ReferenceRangeRequest)
  referenceRange?: ReferenceRangeRequest;

  /**
   * That of the panel unless told otherwise; `vital-signs` for the codes of FHIR's vital signs profile.
   * @example vital-signs
   */
  @IsOptional()
  @IsIn(observationCategories)
  category?: ObservationCategory;

  /** Parts measured together, as of a blood pressure. */
  @IsOptional()
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
  @IsOptional()
  @IsIn(['preliminary', 'final'])
  status?: 'preliminary' | 'final';

  /**
   * Of every observation that has none of its own.
   * @example vital-signs
   */
  @IsOptional()
  @IsIn(observationCategories)
  category?: ObservationCategory;

  /** What the whole panel is called. */
  @IsOptional()
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
  @IsOptional()
  @IsId()
  encounterId?: string;
}
