import type { Queryable } from '../../../database/database.js';
import { statement } from '../../../database/sql.js';
import { type Asked, FOUND_BY_NAME, longestFirst } from './asked.js';
import { candidatesOf } from './by-sort-name.js';
import { Conditions } from './conditions.js';
import { type FoundPage, readPage } from './page.js';

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

const NOBODY: FoundPage = { documents: '', count: 0, next: undefined };

/** The names in which every word asked for has one that is spelled alike, best first. All on one page. */
export function similarlyNamed(
  database: Queryable,
  asked: Asked,
  words: readonly string[],
  limit: number,
): Promise<FoundPage> {
  const few = asked.keys.length > 0 || asked.birthDate !== undefined;
  return few ? amongFew(database, asked, words, limit) : amongAll(database, words, limit);
}

/**
 * Goes from the words asked for to those spelled alike, and along the index from each of them to its patients. A name may have two
 * words like the one asked for, and counts once.
 */
async function amongAll(database: Queryable, words: readonly string[], limit: number): Promise<FoundPage> {
  const alike = Map.groupBy(
    await database.query<{ asked: string; word: string }>(wordsLike, [words]),
    ({ asked }) => asked,
  );
  const wordsFor = words.map((word) => (alike.get(word) ?? []).slice(0, MOST_WORDS).map(({ word: found }) => found));
  if (wordsFor.some((found) => found.length === 0)) return NOBODY;

  const conditions = new Conditions();
  const most = conditions.parameter(limit);
  const parts =
    words.length === 1 ? ofOneWord(conditions, wordsFor[0]!, most) : ofWords(conditions, words, wordsFor, most);
  const text = `
    with page as materialized (
      select min(place) as place, found.name_words, found.patient_id from (${parts.join(' union all ')}) as found
       group by found.name_words, found.patient_id
       order by place, found.name_words, found.patient_id limit ${most})
    select '' as rank, page.name_words as "nameWords", page.patient_id as "patientId", document::text, deceased
      from page left join read.patient_summary summary on id = page.patient_id and summary.name_words is not null
     order by page.place, page.name_words, page.patient_id`;
  return readPage(database, text, conditions, limit);
}

/** Words spelled alike, best first. */
type Alike = readonly string[];

/** Names of which the first word is this one: what follows a word is a blank, and `!` comes next after it. */
function ofOneWord(conditions: Conditions, alike: Alike, most: string): string[] {
  const driver = `unnest(${conditions.parameter(alike)}::text[]) with ordinality as driver (word, place)`;
  return [
    `select place, found.name_words, found.patient_id
       from ${driver}, lateral (
         select name_words, id as patient_id from read.patient_summary
          where name_words >= ' ' || driver.word and name_words < ' ' || driver.word || '!'
          order by name_words, id limit ${most}) as found`,
    `select place, found.name_words, found.patient_id
       from ${driver}, lateral (
         select name_words, patient_id from read.patient_name_word where word = driver.word
          order by name_words, patient_id limit ${most}) as found`,
  ];
}

/**
 * Names that begin with a word like one of those asked for, which have one like the longest of the others later; and those that
 * have all of them later. Of each pair of words there is one range of the index (word, name).
 */
function ofWords(conditions: Conditions, words: readonly string[], wordsFor: readonly Alike[], most: string): string[] {
  const alikeOf = new Map(words.map((word, i) => [word, wordsFor[i]!]));
  return [...words, undefined].map((first) => {
    const [later = '', ...others] = longestFirst(words.filter((word) => word !== first));
    const parameter = (alike: Alike = []) => `${conditions.parameter(alike)}::text[]`;
    const has = others.map((other) => `string_to_array(name_words, ' ') && ${parameter(alikeOf.get(other))}`);
    const driver = `unnest(${parameter(alikeOf.get(later))}) with ordinality as driver (word, place)`;
    if (first === undefined) {
      const areLater = others.map(
        (other) => `exists (select from read.patient_name_word where word = any (${parameter(alikeOf.get(other))}))`,
      );
      return `
        select place, found.name_words, found.patient_id
          from ${driver}, lateral (
            select name_words, patient_id from read.patient_name_word
             where ${['word = driver.word', ...has, ...areLater].join(' and ')}
             order by name_words, patient_id limit ${most}) as found`;
    }
    return `
      select driver.place + family.place as place, found.name_words, found.patient_id
        from ${driver}, unnest(${parameter(alikeOf.get(first))}) with ordinality as family (word, place), lateral (
          select name_words, patient_id from read.patient_name_word
           where word = driver.word and name_words >= ' ' || family.word || ' ' and name_words < ' ' || family.word || '!'
             and ${['true', ...has].join(' and ')}
           order by name_words, patient_id limit ${most}) as found`;
  });
}

/** Compares the names of those for whom the other criteria hold. */
async function amongFew(
  database: Queryable,
  asked: Asked,
  words: readonly string[],
  limit: number,
): Promise<FoundPage> {
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
  return readPage(database, text, conditions, limit);
}
