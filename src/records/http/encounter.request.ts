import { Type } from 'class-transformer';
import { IsIn, ValidateNested } from 'class-validator';
import { IsId, IsInstant } from '../../http/index.js';
import { type EncounterClass, encounterClasses } from '../events/encounter-events.js';
import { CodeRequest } from './code.request.js';
import { Optional } from './optional.js';

export class StartEncounterRequest {
  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f10 */
  @IsId()
  patientId!: string;

  /**
   * HL7 v3 ActCode: ambulatory, inpatient, emergency, home health, virtual and so on.
   * @example AMB
   */
  @IsIn(encounterClasses)
  class!: EncounterClass;

  /** @example 2026-03-01T09:00:00.000Z */
  @IsInstant()
  start!: string;

  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f20 */
  @Optional()
  @IsId()
  practitionerId?: string;

  /**
   * The appointment that the patient came for. An appointment has one encounter.
   * @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f30
   */
  @Optional()
  @IsId()
  appointmentId?: string;

  /** What kind of visit it is. */
  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  type?: CodeRequest;

  /** Why the patient came. */
  @Optional()
  @ValidateNested()
  @Type(() => CodeRequest)
  reason?: CodeRequest;
}

export class FinishEncounterRequest {
  /**
   * Now unless told otherwise.
   * @example 2026-03-01T09:30:00.000Z
   */
  @Optional()
  @IsInstant()
  end?: string;
}
