import { ApiProperty } from '@nestjs/swagger';
import type { AdministrativeGender, ContactPointSystem, ContactPointUse } from '../events/demographics.js';
import { administrativeGenders, contactPointSystems, contactPointUses } from '../events/demographics.js';
import { type PatientAction, patientActions } from '../queries/patient-view.js';

export class HumanNameResponse {
  /** @example Lovelace */
  family!: string;

  /** @example ["Ada", "Augusta"] */
  @ApiProperty({ type: [String] })
  given!: readonly string[];

  /** @example Lady */
  prefix?: string;

  /** @example PhD */
  suffix?: string;
}

export class ContactPointResponse {
  /** @example phone */
  @ApiProperty({ enum: contactPointSystems })
  system!: ContactPointSystem;

  /** @example "020 7946 0958" */
  value!: string;

  /** @example mobile */
  @ApiProperty({ enum: contactPointUses, required: false })
  use?: ContactPointUse;
}

export class AddressResponse {
  /** @example ["12 St James's Square"] */
  @ApiProperty({ type: [String] })
  line!: readonly string[];

  /** @example London */
  city?: string;

  /** @example "Greater London" */
  state?: string;

  /** @example "SW1Y 4LB" */
  postalCode?: string;

  /** @example GB */
  country?: string;
}

export class IdentifierResponse {
  /** @example urn:anamnesis:mrn */
  system!: string;

  /** @example 10000008 */
  value!: string;

  /**
   * Code of HL7 v2 table 0203.
   * @example MR
   */
  type?: string;
}

export class PatientResponse {
  /** @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f10 */
  id!: string;

  /**
   * Raised by one with every event. The ETag of the patient.
   * @example 1
   */
  version!: number;

  /**
   * Medical record number.
   * @example 10000008
   */
  mrn!: string;

  name!: HumanNameResponse;

  /** @example 1980-02-29 */
  @ApiProperty({ format: 'date' })
  birthDate!: string;

  /** @example female */
  @ApiProperty({ enum: administrativeGenders })
  gender!: AdministrativeGender;

  @ApiProperty({ type: [ContactPointResponse] })
  telecom!: readonly ContactPointResponse[];

  @ApiProperty({ type: AddressResponse, nullable: true })
  address!: AddressResponse | null;

  /** Those in use. */
  @ApiProperty({ type: [IdentifierResponse] })
  identifiers!: readonly IdentifierResponse[];

  /** Those that were this patient's. They are never given to another. */
  @ApiProperty({ type: [IdentifierResponse] })
  retiredIdentifiers!: readonly IdentifierResponse[];

  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deceasedAt!: string | null;

  /**
   * It should never have been registered; nothing more is recorded for it.
   * @example false
   */
  enteredInError!: boolean;

  /** @example 2026-03-01T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  registeredAt!: string;

  /** @example 2026-03-01T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  /**
   * What you may do next with this patient.
   * @example ["change-demographics", "record-death"]
   */
  @ApiProperty({ enum: patientActions, isArray: true })
  allowedActions!: PatientAction[];
}

export class PatientPageResponse {
  items!: PatientResponse[];

  /**
   * Gives the next page; null on the last one.
   * @example null
   */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class PatientRegisteredResponse {
  /**
   * Medical record number, the given one or a new one.
   * @example 10000008
   */
  mrn!: string;
}
