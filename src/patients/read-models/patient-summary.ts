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

/** A patient as it is served: one row, one read. */
@Entity({ schema: 'read', name: 'patient_summary' })
export class PatientSummary {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('text')
  mrn!: string;

  @Column('jsonb')
  name!: HumanName;

  @Column('date', { name: 'birth_date' })
  birthDate!: string;

  @Column('text')
  gender!: AdministrativeGender;

  @Column('jsonb')
  telecom!: readonly ContactPoint[];

  @Column('jsonb', { nullable: true })
  address!: Address | null;

  @Column('jsonb')
  identifiers!: readonly Identifier[];

  @Column('jsonb', { name: 'retired_identifiers' })
  retiredIdentifiers!: readonly Identifier[];

  @Column('timestamptz', { name: 'deceased_at', nullable: true })
  deceasedAt!: Instant | null;

  @Column('boolean', { name: 'entered_in_error' })
  enteredInError!: boolean;

  @Column('timestamptz', { name: 'registered_at' })
  registeredAt!: Instant;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Instant;
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
    return {
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
    };
  }

  onDemographicsChanged(row: PatientSummary, event: DemographicsChanged): PatientSummary {
    return this.updated(row, event, demographics(event.data));
  }

  onDemographicsCorrected(row: PatientSummary, event: DemographicsCorrected): PatientSummary {
    return this.updated(row, event, demographics(event.data));
  }

  onIdentifierAssigned(row: PatientSummary, event: IdentifierAssigned): PatientSummary {
    return this.updated(row, event, { identifiers: [...row.identifiers, event.data.identifier] });
  }

  onIdentifierRetired(row: PatientSummary, event: IdentifierRetired): PatientSummary {
    const { identifier } = event.data;
    const identifiers = row.identifiers.filter((one) => !same(one, identifier));
    return this.updated(row, event, {
      identifiers,
      mrn: mrnAmong(identifiers),
      retiredIdentifiers: [...row.retiredIdentifiers, identifier],
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

  private updated(row: PatientSummary, { recorded }: DomainEvent, changes: Partial<PatientSummary>): PatientSummary {
    return { ...row, ...changes, version: recorded.streamVersion, updatedAt: recorded.recordedAt };
  }
}
