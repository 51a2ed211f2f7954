import type { Queryable } from '../../../database/database.js';
import { beginningWith, type Found, FOUND_BY_NAME, longestFirst } from './asked.js';
import { quick } from '../../../database/sql.js';
import { Conditions, mostOf, remembered } from './conditions.js';
import { NIL, type Place } from './place.js';

/** Sorts after every text that begins as the one before it: a code point that is no character. */
const LAST = '\u{10ffff}';

/**
 * Patients by the beginnings of words of their names: those whose name begins so, in the order of names, then those of whom a
 * later word does, in the order of that word.
 *
 * Walks one range of an index and then another, along the longest word asked for, until the page is full (an Append without a sort
 * gives its parts one after the other). A name with several words that begin so counts once, by the first of them.
 */
export async function nextByName(
  database: Queryable,
  words: readonly string[],
  after: Place | undefined,
  limit: number,
): Promise<Found[]> {
  const [driver = '', ...others] = longestFirst(words);
  const first = ` ${driver}`;
  const inLaterWords = after?.rank.startsWith(driver) ? after : undefined;
  const inFirstWords = after?.nameWords.startsWith(first) && !inLaterWords ? after : undefined;

  const conditions = new Conditions();
  if (others.length > 0) {
    conditions.add((patterns) => `name_words like all (${patterns}::text[])`, beginningWith(others));
  }
  const [name, id, nameEnd, word, wordName, wordId, wordEnd, beginning, most] = [
    inFirstWords?.nameWords ?? (inLaterWords ? first + LAST : first),
    inFirstWords?.patientId ?? NIL,
    first + LAST,
    inLaterWords?.rank ?? driver,
    inLaterWords?.nameWords ?? '',
    inLaterWords?.patientId ?? NIL,
    driver + LAST,
    first,
    limit,
  ].map((value) => conditions.parameter(value));

  // Each range is bounded twice, by its word alone and by the place in it: of the place the planner expects little.
  const text = `
    (select ${FOUND_BY_NAME} from read.patient_summary
      where name_words >= ${name} and (name_words, id) > (${name}, ${id}::uuid) and name_words < ${nameEnd} and ${conditions.all}
      order by name_words, id limit ${mostOf(limit)})
    union all
    (select word, page.name_words, patient_id, document::text, deceased
       from (select word, name_words, patient_id from read.patient_name_word
              where word >= ${word} and (word, name_words, patient_id) > (${word}, ${wordName}, ${wordId}::uuid)
                and word < ${wordEnd} and ${conditions.all}
                and strpos(name_words, ${beginning}) >= strpos(name_words || ' ', ' ' || word || ' ')
              order by word, name_words, patient_id limit ${mostOf(limit)}) as page
       left join read.patient_summary summary on id = patient_id and summary.name_words is not null
      order by word, page.name_words, patient_id)
    limit ${most}`;
  return database.query<Found>(quick(remembered(text)), conditions.values);
}
