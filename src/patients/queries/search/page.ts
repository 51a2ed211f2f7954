import type { Queryable } from '../../../database/database.js';
import type { Statement } from '../../../database/sql.js';
import { type Conditions, remembered } from './conditions.js';
import type { Place } from './place.js';

/** What may follow each document of `FoundPage.documents`: characters that JSON text cannot hold. */
export const END_OF_LIVING = '\u001f';
export const END_OF_DECEASED = '\u001e';

/** Some patients in their order, in one row: a page's worth of rows took longer to receive than to find. */
export interface FoundPage {
  /** How many there are, up to one more than the page holds. */
  readonly count: number;
  /** JSON of a `PatientDocument` for each, with its end. Missing are those for whom one projection is behind another. */
  readonly documents: string;
  /** Of the last one, when there are more after it. */
  readonly next: Place | undefined;
}

/**
 * Reads the first `limit` of the patients that a statement finds.
 * @param found SQL of the columns rank, "nameWords", "patientId", document (as text, or null) and deceased, in order, of one row
 * more than `limit` if there is one
 */
export async function readPage(
  database: Queryable,
  found: string,
  conditions: Conditions,
  limit: number,
  mark: (statement: Statement) => Statement = (statement) => statement,
): Promise<FoundPage> {
  const last = conditions.parameter(limit);
  const text = `
    select string_agg(document || case when deceased then '${END_OF_DECEASED}' else '${END_OF_LIVING}' end, '') filter (where n <= ${last}) as documents,
      coalesce(max(n), 0)::int as count, max(rank) filter (where n = ${last}) as rank,
      max("nameWords") filter (where n = ${last}) as "nameWords", max("patientId"::text) filter (where n = ${last}) as "patientId"
    from (select *, row_number() over () as n from (${found}) as found) as numbered`;
  const rows = await database.query<Place & { documents: string | null; count: number }>(
    mark(remembered(text)),
    conditions.values,
  );
  const { documents, count, ...place } = rows[0]!;
  return { documents: documents ?? '', count, next: count > limit ? place : undefined };
}
