import { Aggregate, type Instant, invalid, refused } from '../../event-sourcing/index.js';
import type { Demographics } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import type { Identifier } from '../events/identifier.js';
import { IdentifierAssigned, IdentifierRetired } from '../events/identifiers.js';
import { PatientDeathReverted, PatientDeceased } from '../events/patient-death.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { beginningOf, demographicsOf, sameDemographics, tidy } from './demographics.js';
import { identifierOf, identifiersOf, isMrn, sameIdentifier } from './identifiers.js';

export interface Registration extends Demographics {
  /** With a medical record number among them. */
  readonly identifiers: readonly Identifier[];
}

/** Clocks of callers may be ahead of ours by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** A person as this clinic knows them: who they are, their numbers, and whether they live. */
export class Patient extends Aggregate {
  static override readonly streamType = 'patients.patient';
  static override readonly events = [
    PatientRegistered,
    DemographicsChanged,
    DemographicsCorrected,
    IdentifierAssigned,
    IdentifierRetired,
    PatientDeceased,
    PatientDeathReverted,
    PatientMarkedEnteredInError,
  ];

  private demographics!: Demographics;
  identifiers: readonly Identifier[] = [];
  private retired: readonly Identifier[] = [];
  private deceasedAt?: Instant;
  private enteredInError = false;

  static register(id: string, registration: Registration, now: Instant): Patient {
    const patient = new Patient(id);
    patient.apply(
      new PatientRegistered({
        patientId: id,
        ...demographicsOf(registration, now),
        identifiers: identifiersOf(registration.identifiers),
      }),
    );
    return patient;
  }

  /** The first of the medical record numbers in use: there is always one. */
  get mrn(): string {
    const mrn = this.identifiers.find(isMrn);
    if (!mrn) throw new Error(`Patient ${this.id} has no medical record number`);
    return mrn.value;
  }

  /** Something new is true. */
  changeDemographics(demographics: Demographics, now: Instant): void {
    const changed = this.differing(demographics, now);
    if (changed) this.apply(new DemographicsChanged(changed));
  }

  /** What was recorded had been wrong. */
  correctDemographics(demographics: Demographics, now: Instant): void {
    const corrected = this.differing(demographics, now);
    if (corrected) this.apply(new DemographicsCorrected(corrected));
  }

  /** Returns what was assigned. Assigning an identifier again changes nothing. */
  assignIdentifier(given: Identifier): Identifier | undefined {
    this.mustNotBeEnteredInError();
    const identifier = identifierOf(given);
    this.must(
      !this.retired.some((one) => sameIdentifier(one, identifier)),
      'identifier-retired',
      'This identifier was retired, and a retired number is never used again.',
    );
    if (this.identifiers.some((one) => sameIdentifier(one, identifier))) return undefined;
    this.apply(new IdentifierAssigned({ identifier }));
    return identifier;
  }

  /** Returns what was retired. Retiring a retired identifier again changes nothing. */
  retireIdentifier(given: Identifier): Identifier | undefined {
    this.mustNotBeEnteredInError();
    const wanted = identifierOf(given);
    if (this.retired.some((one) => sameIdentifier(one, wanted))) return undefined;

    const identifier = this.identifiers.find((one) => sameIdentifier(one, wanted));
    if (!identifier) throw refused('identifier-not-assigned', 'This patient has no such identifier.');
    this.must(
      this.identifiers.some((one) => isMrn(one) && one !== identifier),
      'last-medical-record-number',
      'A patient keeps at least one medical record number: assign the new one first.',
    );
    this.apply(new IdentifierRetired({ identifier }));
    return identifier;
  }

  recordDeath(deceasedAt: Instant, now: Instant): void {
    this.mustNotBeEnteredInError();
    if (deceasedAt === this.deceasedAt) return;
    if (Date.parse(deceasedAt) > Date.parse(now) + CLOCK_TOLERANCE_MS) {
      throw invalid('death-in-future', 'A death is recorded when it has happened.', '/deceasedAt');
    }
    this.must(
      this.deceasedAt === undefined,
      'patient-already-deceased',
      'A death at another time is recorded already: revert it first.',
    );
    this.mustFollowBirth(deceasedAt, this.demographics.birthDate);
    this.apply(new PatientDeceased({ deceasedAt }));
  }

  revertDeath(reason: string): void {
    this.mustNotBeEnteredInError();
    this.must(this.deceasedAt !== undefined, 'patient-not-deceased', 'No death of this patient is recorded.');
    this.apply(new PatientDeathReverted({ reason: tidy(reason) }));
  }

  /** Terminal. */
  markEnteredInError(reason: string): void {
    this.mustNotBeEnteredInError();
    this.apply(new PatientMarkedEnteredInError({ reason: tidy(reason) }));
  }

  private differing(given: Demographics, now: Instant): Demographics | undefined {
    this.mustNotBeEnteredInError();
    const demographics = demographicsOf(given, now);
    if (sameDemographics(demographics, this.demographics)) return undefined;
    if (this.deceasedAt !== undefined) this.mustFollowBirth(this.deceasedAt, demographics.birthDate);
    return demographics;
  }

  private mustFollowBirth(deceasedAt: Instant, birthDate: string): void {
    this.must(deceasedAt >= beginningOf(birthDate), 'death-before-birth', 'A death is not before the birth.');
  }

  private mustNotBeEnteredInError(): void {
    this.must(
      !this.enteredInError,
      'patient-entered-in-error',
      'This patient was entered in error: nothing more is recorded for them.',
    );
  }

  protected onPatientRegistered({ data }: PatientRegistered): void {
    const { patientId: _, identifiers, ...demographics } = data;
    this.demographics = demographics;
    this.identifiers = identifiers;
  }

  protected onDemographicsChanged({ data }: DemographicsChanged): void {
    this.demographics = data;
  }

  protected onDemographicsCorrected({ data }: DemographicsCorrected): void {
    this.demographics = data;
  }

  protected onIdentifierAssigned({ data: { identifier } }: IdentifierAssigned): void {
    this.identifiers = [...this.identifiers, identifier];
  }

  protected onIdentifierRetired({ data: { identifier } }: IdentifierRetired): void {
    this.identifiers = this.identifiers.filter((one) => !sameIdentifier(one, identifier));
    this.retired = [...this.retired, identifier];
  }

  protected onPatientDeceased({ data }: PatientDeceased): void {
    this.deceasedAt = data.deceasedAt;
  }

  protected onPatientDeathReverted(): void {
    this.deceasedAt = undefined;
  }

  protected onPatientMarkedEnteredInError(): void {
    this.enteredInError = true;
  }
}
