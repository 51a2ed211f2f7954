import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, Projection, Projects } from '../../event-sourcing/index.js';
import type { HumanName } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { asText, MAX_WORDS, nameWords } from './search-terms.js';

/**
 * One row per word of a name but the first, which the order of the summaries finds: so that a page of a search by name is a range
 * of an index, and costs the same however many patients there are. A patient's rows are numbered places, because an event does
 * not tell which words there were.
 */
@Entity({ schema: 'read', name: 'patient_name_word' })
export class PatientNameWord {
  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  word!: string;

  /** All words of the name: the order within the word, and what the other words asked for are compared with. */
  @Column('text', { name: 'name_words' })
  nameWords!: string;

  @Column('uuid', { name: 'patient_id' })
  patientId!: string;
}

type Row = PatientNameWord | undefined;

@EventsHandler(PatientRegistered, DemographicsChanged, DemographicsCorrected, PatientMarkedEnteredInError)
@Projects(PatientNameWord, { version: 1 })
export class PatientNameWordProjection extends Projection<PatientNameWord> {
  override keysOf(event: DomainEvent): readonly string[] {
    const places = event instanceof PatientRegistered ? nameWords(event.data.name).length : MAX_WORDS;
    return Array.from({ length: Math.max(0, places - 1) }, (_, i) => `${event.recorded.streamId}/${i + 1}`);
  }

  onPatientRegistered(row: Row, { data }: PatientRegistered, key: string): Row {
    return this.wordAt(key, data.name, row);
  }

  onDemographicsChanged(row: Row, { data }: DemographicsChanged, key: string): Row {
    return this.wordAt(key, data.name, row);
  }

  onDemographicsCorrected(row: Row, { data }: DemographicsCorrected, key: string): Row {
    return this.wordAt(key, data.name, row);
  }

  onPatientMarkedEnteredInError(): undefined {
    return undefined;
  }

  private wordAt(key: string, name: HumanName, row: Row): Row {
    const [patientId, place] = key.split('/') as [string, string];
    const words = nameWords(name);
    const word = words[Number(place)];
    if (word === undefined) return undefined;
    const whole = asText(words);
    return row?.word === word && row.nameWords === whole ? row : { key, word, nameWords: whole, patientId };
  }
}
