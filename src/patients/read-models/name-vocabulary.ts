import { EventsHandler } from '@nestjs/cqrs';
import { Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, Projection, Projects } from '../../event-sourcing/index.js';
import type { Demographics } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { nameWords } from './search-terms.js';

/**
 * Every word that was ever part of a name, once. It grows far slower than the patients do, so that words which are spelled
 * alike are looked for among thousands, not millions. A word that is nobody's any more finds nobody.
 */
@Entity({ schema: 'read', name: 'name_vocabulary' })
export class NameVocabulary {
  @PrimaryColumn('text')
  word!: string;
}

@EventsHandler(PatientRegistered, DemographicsChanged, DemographicsCorrected)
@Projects(NameVocabulary, { version: 1 })
export class NameVocabularyProjection extends Projection<NameVocabulary> {
  override keysOf({ data }: DomainEvent): readonly string[] {
    return nameWords((data as Demographics).name);
  }

  onPatientRegistered(row: NameVocabulary | undefined, _event: PatientRegistered, word: string): NameVocabulary {
    return row ?? { word };
  }

  onDemographicsChanged(row: NameVocabulary | undefined, _event: DemographicsChanged, word: string): NameVocabulary {
    return row ?? { word };
  }

  onDemographicsCorrected(
    row: NameVocabulary | undefined,
    _event: DemographicsCorrected,
    word: string,
  ): NameVocabulary {
    return row ?? { word };
  }
}
