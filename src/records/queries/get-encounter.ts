import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { Reads } from '../../event-sourcing/index.js';
import { type EncounterDocument, EncounterListProjection } from '../read-models/encounter-list.js';
import { type TimelineItem, TimelineProjection } from '../read-models/timeline.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

const MOST_ENTRIES = 500;

const entriesOf = sql`
  select item from read.timeline
  where encounter_id = $1 and id <> $1 and not entered_in_error
  order by effective_at, id
  limit $2`;

export type EncounterView = Viewed<EncounterDocument> & {
  /** What was found and done in it, in the order of time. */
  readonly entries: TimelineItem[];
};

/** An encounter with its entries. */
export class GetEncounter extends Query<EncounterView> {
  constructor(readonly encounterId: string) {
    super();
  }
}

@QueryHandler(GetEncounter)
@Reads(EncounterListProjection, TimelineProjection)
export class GetEncounterHandler implements IQueryHandler<GetEncounter> {
  constructor(
    private readonly encounters: Entries,
    private readonly database: Database,
  ) {}

  async execute({ encounterId }: GetEncounter): Promise<EncounterView> {
    const encounter = await this.encounters.get('encounter', encounterId);
    const rows = await this.database.query<{ item: TimelineItem }>(entriesOf, [encounterId, MOST_ENTRIES]);
    return { ...encounter, entries: rows.map(({ item }) => item) };
  }
}
