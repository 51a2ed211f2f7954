import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Projection, Projects } from '../../event-sourcing/index.js';
import type { Demographics } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { IdentifierAssigned } from '../events/identifiers.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { asText, identifierKeys, nameWords, phoneKeys, phonesOf, sortName } from './search-terms.js';

/** What a patient is found by. Whoever was entered in error is not found. */
@Entity({ schema: 'read', name: 'patient_search' })
export class PatientSearch {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'sort_name' })
  sortName!: string;

  @Column('text', { name: 'name_words' })
  nameWords!: string;

  @Column('date', { name: 'birth_date' })
  birthDate!: string;

  @Column('jsonb')
  phones!: readonly string[];

  /** Of telephone numbers and identifiers. A retired identifier still finds its patient: old cards are shown at the desk. */
  @Column('jsonb', { name: 'find_keys' })
  findKeys!: readonly string[];
}

@EventsHandler(
  PatientRegistered,
  DemographicsChanged,
  DemographicsCorrected,
  IdentifierAssigned,
  PatientMarkedEnteredInError,
)
@Projects(PatientSearch, { version: 1 })
export class PatientSearchProjection extends Projection<PatientSearch> {
  onPatientRegistered(_row: undefined, { data, recorded }: PatientRegistered): PatientSearch {
    return this.found(recorded.streamId, data, data.identifiers.flatMap(identifierKeys));
  }

  onDemographicsChanged(row: PatientSearch, { data }: DemographicsChanged): PatientSearch {
    return this.found(row.id, data, this.keysOfIdentifiers(row));
  }

  onDemographicsCorrected(row: PatientSearch, { data }: DemographicsCorrected): PatientSearch {
    return this.found(row.id, data, this.keysOfIdentifiers(row));
  }

  onIdentifierAssigned(row: PatientSearch, { data }: IdentifierAssigned): PatientSearch {
    return { ...row, findKeys: [...row.findKeys, ...identifierKeys(data.identifier)] };
  }

  onPatientMarkedEnteredInError(): undefined {
    return undefined;
  }

  private found(id: string, demographics: Demographics, keysOfIdentifiers: readonly string[]): PatientSearch {
    const phones = phonesOf(demographics.telecom);
    return {
      id,
      sortName: sortName(demographics.name),
      nameWords: asText(nameWords(demographics.name)),
      birthDate: demographics.birthDate,
      phones,
      findKeys: [...phones.flatMap(phoneKeys), ...keysOfIdentifiers],
    };
  }

  private keysOfIdentifiers(row: PatientSearch): string[] {
    return row.findKeys.filter((key) => key.startsWith('i:'));
  }
}
