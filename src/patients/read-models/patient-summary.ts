import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import type { Address, AdministrativeGender, ContactPoint, Demographics, HumanName } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { type Identifier, MRN_SYSTEM } from '../events/identifier.js';
import { IdentifierAssigned, IdentifierRetired } from '../events/identifiers.js';
import { PatientDeathReverted, PatientDeceased } from '../events/patient-death.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { asText, identifierKeys, nameWords, phoneKeys, phonesOf } from './search-terms.js';

/** A patient as it is served. */
export interface PatientDocument {
  readonly id: string;
  readonly version: number;
  readonly mrn: string;
  readonly name: HumanName;
  readonly birthDate: string;
  readonly gender: AdministrativeGender;
  readonly telecom: readonly ContactPoint[];
  readonly address: Address | null;
  readonly identifiers: readonly Identifier[];
  readonly retiredIdentifiers: readonly Identifier[];
  readonly deceasedAt: Instant | null;
  readonly enteredInError: boolean;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
}

/** One row, one read: a patient as it is served, and what it is found by. Whoever was entered in error is not found. */
@Entity({ schema: 'read', name: 'patient_summary' })
export class PatientSummary {
  @PrimaryColumn('uuid')
  id!: string;

  /** Not jsonb: nothing is looked up inside, and text is read and written in half of the time. */
  @Column('json')
  document!: PatientDocument;

  @Column('boolean')
  deceased!: boolean;

  /** Family name first, as lists are sorted. */
  @Column('text', { name: 'name_words', nullable: true })
  nameWords!: string | null;

  @Column('date', { name: 'birth_date', nullable: true })
  birthDate!: string | null;

  @Column('jsonb', { nullable: true })
  phones!: readonly string[] | null;

  /** Of telephone numbers and identifiers. A retired identifier still finds its patient: old cards are shown at the desk. */
  @Column('jsonb', { name: 'find_keys', nullable: true })
  findKeys!: readonly string[] | null;
}

const demographics = ({ name, birthDate, gender, telecom, address }: Demographics) => ({
  name,
  birthDate,
  gender,
  telecom,
  address: address ?? null,
});

const mrnAmong = (identifiers: readonly Identifier[]): string =>
  identifiers.find(({ system }) => system === MRN_SYSTEM)?.value ?? '';

const rowOf = (document: PatientDocument): PatientSummary => ({
  id: document.id,
  document,
  deceased: document.deceasedAt !== null,
  ...foundBy(document),
});

function foundBy({ enteredInError, name, birthDate, telecom, identifiers, retiredIdentifiers }: PatientDocument) {
  if (enteredInError) return { nameWords: null, birthDate: null, phones: null, findKeys: null };
  const phones = phonesOf(telecom);
  return {
    nameWords: asText(nameWords(name)),
    birthDate,
    phones,
    findKeys: [...phones.flatMap(phoneKeys), ...[...identifiers, ...retiredIdentifiers].flatMap(identifierKeys)],
  };
}

const same = (a: Identifier, b: Identifier) => a.system === b.system && a.value === b.value;

@EventsHandler(
  PatientRegistered,
  DemographicsChanged,
  DemographicsCorrected,
  IdentifierAssigned,
  IdentifierRetired,
  PatientDeceased,
  PatientDeathReverted,
  PatientMarkedEnteredInError,
)
@Projects(PatientSummary, { version: 1 })
export class PatientSummaryProjection extends Projection<PatientSummary> {
  onPatientRegistered(_row: undefined, { data, recorded }: PatientRegistered): PatientSummary {
    return rowOf({
      id: recorded.streamId,
      version: recorded.streamVersion,
      mrn: mrnAmong(data.identifiers),
      ...demographics(data),
      identifiers: data.identifiers,
      retiredIdentifiers: [],
      deceasedAt: null,
      enteredInError: false,
      registeredAt: recorded.recordedAt,
      updatedAt: recorded.recordedAt,
    });
  }

  onDemographicsChanged(row: PatientSummary, event: DemographicsChanged): PatientSummary {
    return this.updated(row, event, demographics(event.data));
  }

  onDemographicsCorrected(row: PatientSummary, event: DemographicsCorrected): PatientSummary {
    return this.updated(row, event, demographics(event.data));
  }

  onIdentifierAssigned(row: PatientSummary, event: IdentifierAssigned): PatientSummary {
    return this.updated(row, event, { identifiers: [...row.document.identifiers, event.data.identifier] });
  }

  onIdentifierRetired(row: PatientSummary, event: IdentifierRetired): PatientSummary {
    const { identifier } = event.data;
    const identifiers = row.document.identifiers.filter((one) => !same(one, identifier));
    return this.updated(row, event, {
      identifiers,
      mrn: mrnAmong(identifiers),
      retiredIdentifiers: [...row.document.retiredIdentifiers, identifier],
    });
  }

  onPatientDeceased(row: PatientSummary, event: PatientDeceased): PatientSummary {
    return this.updated(row, event, { deceasedAt: event.data.deceasedAt });
  }

  onPatientDeathReverted(row: PatientSummary, event: PatientDeathReverted): PatientSummary {
    return this.updated(row, event, { deceasedAt: null });
  }

  onPatientMarkedEnteredInError(row: PatientSummary, event: PatientMarkedEnteredInError): PatientSummary {
    return this.updated(row, event, { enteredInError: true });
  }

  private updated(
    { document }: PatientSummary,
    { recorded }: DomainEvent,
    changes: Partial<PatientDocument>,
  ): PatientSummary {
    return rowOf({ ...document, ...changes, version: recorded.streamVersion, updatedAt: recorded.recordedAt });
  }
}
