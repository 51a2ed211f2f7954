import { IsIn, IsOptional, Matches, ValidateIf } from 'class-validator';
import { IsId } from '../http/validators.js';
import { CALLER_ROLES, type CallerRole } from './allow.js';

/** Whose token it is to be. */
export class DevelopmentTokenRequest {
  /** @example receptionist */
  @IsIn(CALLER_ROLES)
  role!: CallerRole;

  /**
   * The patient that a token of the role `patient` is for.
   * @example 018f0000-0000-7000-8000-000000000001
   */
  @ValidateIf(({ role, patientId }: DevelopmentTokenRequest) => role === 'patient' || patientId !== undefined)
  @IsId()
  patientId?: string;

  /**
   * Who it is, as stored with every event; `development-<role>` unless told.
   * @example dr-who
   */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,255}$/)
  subject?: string;
}
