import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { currentContext, Reads } from '../../event-sourcing/index.js';
import { invalidParameter } from '../../http/index.js';
import { NameVocabularyProjection } from '../read-models/name-vocabulary.js';
import { PatientNameWordProjection } from '../read-models/patient-name-word.js';
import { PatientSummaryProjection } from '../read-models/patient-summary.js';
import {
  askedIdentifierKey,
  askedPhoneKey,
  askedWords,
  digitsOf,
  SHORTEST_PHONE,
} from '../read-models/search-terms.js';
import { type PatientView, viewTexts } from './patient-view.js';
import { decodePlace, encodePlace } from './search/place.js';
import type { Asked } from './search/asked.js';
import { nextByName } from './search/by-name.js';
import { nextBySortName } from './search/by-sort-name.js';
import type { FoundPage } from './search/page.js';
import { similarlyNamed } from './search/similar.js';

/** What is known of the patient who is looked for. All of it must hold. */
export interface PatientCriteria {
  readonly name?: string;
  /** `similar` asks for names that sound or look alike even where there are names that begin so. */
  readonly nameMatch?: 'prefix' | 'similar';
  readonly birthDate?: string;
  /** `system|value`, or a value of any system. */
  readonly identifier?: string;
  readonly phone?: string;
}

/** A page of a search, as the text that is served. */
export class PatientPage {
  /** @param itemsJson JSON of the items, joined by commas */
  constructor(
    private readonly itemsJson = '',
    readonly nextCursor: string | null = null,
  ) {}

  get items(): PatientView[] {
    return JSON.parse(`[${this.itemsJson}]`) as PatientView[];
  }

  get json(): string {
    return `{"items":[${this.itemsJson}],"nextCursor":${JSON.stringify(this.nextCursor)}}`;
  }
}

/**
 * Patients by the words that their names begin with, in any order and without regard to accents and case; where nobody's name
 * begins so, the most similar names, best first, on one page.
 */
export class SearchPatients extends Query<PatientPage> {
  constructor(
    readonly criteria: PatientCriteria,
    readonly page: { readonly limit: number; readonly cursor?: string },
  ) {
    super();
  }
}

@QueryHandler(SearchPatients)
@Reads(PatientSummaryProjection, PatientNameWordProjection, NameVocabularyProjection)
export class SearchPatientsHandler implements IQueryHandler<SearchPatients> {
  constructor(private readonly database: Database) {}

  async execute({ criteria, page: { limit, cursor } }: SearchPatients): Promise<PatientPage> {
    const asked = askedOf(criteria);
    if (asked.words?.length === 0) return new PatientPage();
    if (criteria.nameMatch === 'similar') return this.similar(asked, limit);

    const after = decodePlace(cursor);
    const byNameAlone = asked.words && asked.keys.length === 0 && asked.birthDate === undefined;
    const found = byNameAlone
      ? await nextByName(this.database, asked.words, after, limit)
      : await nextBySortName(this.database, asked, after, limit);
    return found.count === 0 && !after ? this.similar(asked, limit) : this.page(found);
  }

  private async similar(asked: Asked, limit: number): Promise<PatientPage> {
    return asked.words ? this.page(await similarlyNamed(this.database, asked, asked.words, limit)) : new PatientPage();
  }

  private page({ documents, next }: FoundPage): PatientPage {
    return new PatientPage(viewTexts(documents, currentContext().actor.role), next && encodePlace(next));
  }
}

function askedOf({ name, birthDate, identifier, phone }: PatientCriteria): Asked {
  const digits = phone === undefined ? undefined : digitsOf(phone);
  if (digits !== undefined && digits.length < SHORTEST_PHONE) {
    throw invalidParameter(
      'phone-too-short',
      `A phone number is searched by at least its last ${SHORTEST_PHONE} digits.`,
      'phone',
    );
  }
  return {
    words: name === undefined ? undefined : askedWords(name),
    birthDate,
    digits,
    keys: [
      ...(identifier === undefined ? [] : [askedIdentifierKey(identifier)]),
      ...(digits === undefined ? [] : [askedPhoneKey(digits)]),
    ],
  };
}
