import { ApiProperty } from '@nestjs/swagger';
import { type ChartAction, chartActions } from '../queries/allowed-actions.js';
import { AllergyResponse } from './allergy.response.js';
import { ConditionResponse } from './condition.response.js';
import { EncounterSummaryResponse } from './encounter.response.js';
import { ImmunizationResponse } from './immunization.response.js';
import { MedicationOrderResponse } from './medication-order.response.js';
import { ObservedResponse } from './observation.response.js';

/** Everything but what was entered in error, or refuted. */
export class ChartResponse {
  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f10 */
  patientId!: string;

  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deceasedAt!: string | null;

  /** Active ones first, then the latest first. */
  problems!: ConditionResponse[];

  allergies!: AllergyResponse[];

  /** Drafts, and what is active or on hold. */
  medications!: MedicationOrderResponse[];

  /** The last value of each vital sign. */
  vitals!: ObservedResponse[];

  immunizations!: ImmunizationResponse[];

  /** The latest twenty. */
  encounters!: EncounterSummaryResponse[];

  /**
   * What this caller may do next.
   * @example ["record-condition"]
   */
  @ApiProperty({ enum: chartActions, isArray: true })
  allowedActions!: ChartAction[];
}
