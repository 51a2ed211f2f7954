import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsCalendarDate, IsInstant, IsPlainText } from '../../http/index.js';
import {
  type AdministrativeGender,
  administrativeGenders,
  type ContactPointSystem,
  contactPointSystems,
  type ContactPointUse,
  contactPointUses,
} from '../events/demographics.js';

export class HumanNameRequest {
  /**
   * Family name. A person with one name only gives it here.
   * @example Lovelace
   */
  @IsPlainText(200)
  family!: string;

  /**
   * Given names in their order.
   * @example ["Ada", "Augusta"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsPlainText(100, { each: true })
  given?: string[];

  /** @example Lady */
  @IsOptional()
  @IsPlainText(50)
  prefix?: string;

  /** @example PhD */
  @IsOptional()
  @IsPlainText(50)
  suffix?: string;
}

export class ContactPointRequest {
  /**
   * FHIR contact-point-system.
   * @example phone
   */
  @IsIn(contactPointSystems)
  system!: ContactPointSystem;

  /** @example "020 7946 0958" */
  @IsPlainText(200)
  value!: string;

  /**
   * FHIR contact-point-use.
   * @example mobile
   */
  @IsOptional()
  @IsIn(contactPointUses)
  use?: ContactPointUse;
}

export class AddressRequest {
  /** @example ["12 Regent Street"] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsPlainText(200, { each: true })
  line?: string[];

  /** @example London */
  @IsOptional()
  @IsPlainText(100)
  city?: string;

  /** @example "Greater London" */
  @IsOptional()
  @IsPlainText(100)
  state?: string;

  /** @example "SW1Y 4LB" */
  @IsOptional()
  @IsPlainText(20)
  postalCode?: string;

  /** @example GB */
  @IsOptional()
  @IsPlainText(100)
  country?: string;
}

export class IdentifierRequest {
  /**
   * URI of whoever hands out such numbers. Medical record numbers of this installation are `urn:anamnesis:mrn`.
   * @example http://hl7.org/fhir/sid/us-ssn
   */
  @IsPlainText(255)
  system!: string;

  /** @example 999-65-9492 */
  @IsPlainText(255)
  value!: string;

  /**
   * Code of HL7 v2 table 0203.
   * @example SS
   */
  @IsOptional()
  @IsPlainText(20)
  type?: string;
}

export class DemographicsRequest {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => HumanNameRequest)
  name!: HumanNameRequest;

  /**
   * A whole date from 1875-01-01 on, not in the future.
   * @example 1980-02-29
   */
  @IsCalendarDate()
  birthDate!: string;

  /**
   * FHIR administrative-gender.
   * @example female
   */
  @IsIn(administrativeGenders)
  gender!: AdministrativeGender;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => ContactPointRequest)
  telecom?: ContactPointRequest[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => AddressRequest)
  address?: AddressRequest;
}

export class RegisterPatientRequest extends DemographicsRequest {
  /** A medical record number is assigned unless one is among them. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => IdentifierRequest)
  identifiers?: IdentifierRequest[];
}

export const demographicsChanges = ['new', 'correction'] as const;

export class RecordDemographicsRequest extends DemographicsRequest {
  /**
   * `new`: something new is true. `correction`: what was recorded had been wrong.
   * @example new
   */
  @IsIn(demographicsChanges)
  change!: (typeof demographicsChanges)[number];
}

export class RecordDeathRequest {
  /**
   * When the patient died; not in the future, not before the birth.
   * @example 2026-03-01T04:20:00Z
   */
  @IsInstant()
  deceasedAt!: string;
}

export class ReasonRequest {
  /**
   * Kept in the history, for whoever asks later.
   * @example "Recorded for another patient by mistake"
   */
  @IsPlainText(500)
  reason!: string;
}
