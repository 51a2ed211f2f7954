import type { Queryable } from '../../../database/database.js';
import { statement } from '../../../database/sql.js';
import { PATIENT_COLUMNS } from '../patient-row.js';
import { beginningWith, type Found, longestFirst } from './asked.js';
import type { Place } from './place.js';

const NIL = '00000000-0000-0000-0000-000000000000';
/** Sorts after every text that begins as the one before it: a code point that is no character. */
const LAST = '\u{10ffff}';

/**
 * Walks the index of words from the place on, along the longest word asked for, which is likely the rarest. A name with several
 * words that begin so counts once, by the first of them.
 */
const byName = statement(`
  with page as materialized (
    select word, sort_name, patient_id
      from read.patient_name_word
     where (word, sort_name, patient_id) > ($1, $2, $3::uuid) and word < $4
       and name_words like all ($5::text[])
       and split_part(substr(name_words, strpos(name_words, ' ' || $6) + 1), ' ', 1) = word
     order by word, sort_name, patient_id
     limit $7)
  select page.word as rank, page.sort_name as "sortName", page.patient_id as "patientId", ${PATIENT_COLUMNS}
    from page left join read.patient_summary p on p.id = page.patient_id
   order by page.word, page.sort_name, page.patient_id`);

/** Patients by the beginnings of words of their names, in the order of the word found, then of the name. */
export async function nextByName(
  database: Queryable,
  words: readonly string[],
  after: Place | undefined,
  limit: number,
): Promise<Found[]> {
  const [driver = '', ...others] = longestFirst(words);
  const from = after && after.rank >= driver ? after : { rank: driver, sortName: '', patientId: NIL };
  return database.query<Found>(byName, [
    from.rank,
    from.sortName,
    from.patientId,
    driver + LAST,
    beginningWith(others),
    driver,
    limit,
  ]);
}
