import type { Queryable } from '../../../database/database.js';
import { statement } from '../../../database/sql.js';
import { type Asked, type Found, FOUND_BY_NAME, longestFirst } from './asked.js';
import { candidatesOf } from './by-sort-name.js';
import { Conditions, remembered } from './conditions.js';

/** Share of a word's letters that may be mistaken: `smyth` is Smith (1 of 5), and not Smart (3 of 5). */
const MISTAKEN = 0.4;
/** Similarity of trigrams (pg_trgm) below which a word is not even looked at. `smyth` and `smith` have 0.33. */
const ALIKE = 0.3;
/** Words that are looked up for each one asked for. */
const MOST_WORDS = 50;

const DISTANCE = 'levenshtein(asked, word)::real / greatest(length(asked), length(word))';

const wordsLike = statement(`
  select asked, word
    from (select asked, word, ${DISTANCE} as distance
            from unnest($1::text[]) as asked, lateral read.words_like(asked, ${ALIKE}) as word) as alike
   where distance <= ${MISTAKEN}
   order by distance, word`);

/** The names in which every word asked for has one that is spelled alike, best first. */
export function similarlyNamed(
  database: Queryable,
  asked: Asked,
  words: readonly string[],
  limit: number,
): Promise<Found[]> {
  const few = asked.keys.length > 0 || asked.birthDate !== undefined;
  return few ? amongFew(database, asked, words, limit) : amongAll(database, words, limit);
}

/** Goes from the words asked for to those spelled alike, and along the index from each of them to its patients. */
async function amongAll(database: Queryable, words: readonly string[], limit: number): Promise<Found[]> {
  const alike = Map.groupBy(
    await database.query<{ asked: string; word: string }>(wordsLike, [words]),
    ({ asked }) => asked,
  );
  const wordsFor = (word: string) => (alike.get(word) ?? []).slice(0, MOST_WORDS).map(({ word: found }) => found);
  const [driver = '', ...others] = longestFirst(words);

  const conditions = new Conditions();
  for (const other of others) {
    const whole = wordsFor(other).map((word) => `% ${word} %`);
    conditions.add((patterns) => `name_words || ' ' like any (${patterns}::text[])`, whole);
  }
  const most = conditions.parameter(limit);
  // Names of which the first word is this one: what follows a word is a blank, and `!` comes next after it.
  const text = `
    with page as materialized (
      select place, found.name_words, found.patient_id
        from unnest(${conditions.parameter(wordsFor(driver))}::text[]) with ordinality as driver (asked, place),
             lateral ((select name_words, id as patient_id from read.patient_summary
                        where name_words >= ' ' || driver.asked and name_words < ' ' || driver.asked || '!' and ${conditions.all}
                        order by name_words, id limit ${most})
                      union all
                      (select name_words, patient_id from read.patient_name_word
                        where word = driver.asked and ${conditions.all}
                        order by name_words, patient_id limit ${most})) as found
       order by place, found.name_words, found.patient_id limit ${most})
    select '' as rank, page.name_words as "nameWords", page.patient_id as "patientId", document::text, deceased
      from page left join read.patient_summary summary on id = page.patient_id and summary.name_words is not null
     order by page.place, page.name_words, page.patient_id`;
  return oncePerPatient(await database.query<Found>(remembered(text), conditions.values));
}

/** A name may have two words like the one asked for. */
const oncePerPatient = (found: readonly Found[]): Found[] =>
  [...new Map(found.toReversed().map((one) => [one.patientId, one])).values()].toReversed();

/** Compares the names of those for whom the other criteria hold. */
async function amongFew(database: Queryable, asked: Asked, words: readonly string[], limit: number): Promise<Found[]> {
  const conditions = new Conditions();
  const candidates = candidatesOf(asked, conditions);
  const text = `
    select ${FOUND_BY_NAME}
      from ${candidates} as candidate,
           lateral (select max(nearest.distance) as most, sum(nearest.distance) as total
                      from unnest(${conditions.parameter(words)}::text[]) as asked,
                           lateral (select min(${DISTANCE}) as distance
                                      from string_to_table(ltrim(name_words), ' ') as word) as nearest) as alike
     where ${conditions.add((most) => `alike.most <= ${most}::real`, MISTAKEN).all}
     order by alike.total, name_words, id limit ${conditions.parameter(limit)}`;
  return database.query<Found>(remembered(text), conditions.values);
}
