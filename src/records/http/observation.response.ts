import { ApiProperty } from '@nestjs/swagger';
import {
  type Interpretation,
  interpretations,
  observationCategories,
  type ObservationCategory,
  type ObservationStatus,
  observationStatuses,
} from '../events/observation-events.js';
import { CodeResponse, QuantityResponse } from './code.response.js';
import { EntryResponse } from './entry.response.js';

/** Exactly one of them. */
export class ObservedValueResponse {
  quantity?: QuantityResponse;

  code?: CodeResponse;

  string?: string;

  boolean?: boolean;

  integer?: number;
}

export class ReferenceRangeResponse {
  /** @example 90 */
  low?: number;

  /** @example 140 */
  high?: number;

  /** @example "normal for adults" */
  text?: string;
}

export class MeasurementResponse {
  code!: CodeResponse;

  value?: ObservedValueResponse;

  /** @example N */
  @ApiProperty({ enum: interpretations, required: false })
  interpretation?: Interpretation;

  referenceRange?: ReferenceRangeResponse;
}

export class ObservationResponse extends MeasurementResponse {
  /** @example vital-signs */
  @ApiProperty({ enum: observationCategories, required: false })
  category?: ObservationCategory;

  @ApiProperty({ type: [MeasurementResponse], required: false })
  components?: readonly MeasurementResponse[];
}

/** A panel: what was measured together. */
export class ObservationSetResponse extends EntryResponse {
  /** @example final */
  @ApiProperty({ enum: observationStatuses })
  status!: ObservationStatus;

  /** What the whole panel is called. */
  code?: CodeResponse;

  @ApiProperty({ type: [ObservationResponse] })
  observations!: readonly ObservationResponse[];
}

/** One value that was observed. */
export class ObservedResponse {
  /**
   * The panel in which it was observed.
   * @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f60
   */
  observationId!: string;

  /** @example 2026-03-01T09:05:00.000Z */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  code!: CodeResponse;

  value!: ObservedValueResponse;

  /** @example N */
  @ApiProperty({ enum: interpretations, required: false })
  interpretation?: Interpretation;
}
