import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import type { EntryType } from '../events/entry.js';
import { PatientChartsProjection } from '../read-models/patient-charts.js';
import { type TimelineItem, TimelineProjection } from '../read-models/timeline.js';
import { KnownPatients } from './known-patients.js';

export interface TimelinePage {
  readonly limit: number;
  readonly cursor?: string;
  /** Only these; all when left out. */
  readonly types?: readonly EntryType[];
  readonly includeEnteredInError?: boolean;
}

export interface TimelineView {
  readonly items: TimelineItem[];
  readonly nextCursor: string | null;
}

/** A statement for the whole timeline, and one for some types of it: each has its index. */
const page = (ofTypes: string) =>
  statement(`
    select item from read.timeline
    where patient_id = $1 and (effective_at, id) < ($2, $3) and (not entered_in_error or $4) ${ofTypes}
    order by effective_at desc, id desc
    limit $5`);
const ofAllTypes = page('');
const ofSomeTypes = page('and type = any($6)');

/** Later than everything. */
const TOP = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

/** What happened to a patient, the latest first. */
export class GetTimeline extends Query<TimelineView> {
  constructor(
    readonly patientId: string,
    readonly page: TimelinePage,
  ) {
    super();
  }
}

@QueryHandler(GetTimeline)
@Reads(TimelineProjection, PatientChartsProjection)
export class GetTimelineHandler implements IQueryHandler<GetTimeline> {
  constructor(
    private readonly database: Database,
    private readonly patients: KnownPatients,
  ) {}

  async execute({ patientId, page }: GetTimeline): Promise<TimelineView> {
    const { limit, types, includeEnteredInError = false } = page;
    const before = decodeCursor(page.cursor, 'instant', 'id') ?? TOP;
    const values = [patientId, ...before, includeEnteredInError, limit + 1];
    const rows = types
      ? await this.database.query<{ item: TimelineItem }>(ofSomeTypes, [...values, types])
      : await this.database.query<{ item: TimelineItem }>(ofAllTypes, values);

    if (rows.length === 0) await this.patients.mustHave(patientId);
    const items = rows.slice(0, limit).map(({ item }) => item);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? encodeCursor(last.effectiveAt, last.id) : null };
  }
}
