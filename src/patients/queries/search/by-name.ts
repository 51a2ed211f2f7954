import type { Queryable } from '../../../database/database.js';
import { quick } from '../../../database/sql.js';
import { beginningWith, FOUND_BY_NAME, longestFirst } from './asked.js';
import { Conditions, mostOf } from './conditions.js';
import { type FoundPage, readPage } from './page.js';
import { NIL, type Place } from './place.js';

/** Sorts after every text that begins as the one before it: a code point that is no character. */
const LAST = '\u{10ffff}';

/**
 * Patients by the beginnings of words of their names. Either way walks ranges of an index, one after the other, until the page is
 * full (an Append without a sort gives its parts one after the other).
 */
export function nextByName(
  database: Queryable,
  words: readonly string[],
  after: Place | undefined,
  limit: number,
): Promise<FoundPage> {
  const [word = '', ...others] = withoutImplied(words);
  return others.length === 0
    ? nextByOneWord(database, word, after, limit)
    : nextByWords(database, [word, ...others], after, limit);
}

/** A name with a word that begins with `smith` has one that begins with `smi`. */
const withoutImplied = (words: readonly string[]) =>
  words.filter((word, i) => !words.some((other, j) => i !== j && other.startsWith(word)));

/**
 * Those whose name begins so, in the order of names, then those of whom a later word does, in the order of that word. A name with
 * several words that begin so counts once, by the first of them.
 */
function nextByOneWord(database: Queryable, word: string, after: Place | undefined, limit: number): Promise<FoundPage> {
  const first = ` ${word}`;
  const inLaterWords = after?.rank.startsWith(word) ? after : undefined;
  const inFirstWords = after?.nameWords.startsWith(first) && !inLaterWords ? after : undefined;

  const conditions = new Conditions();
  const [name, id, nameEnd, later, laterName, laterId, laterEnd, beginning, most] = [
    inFirstWords?.nameWords ?? (inLaterWords ? first + LAST : first),
    inFirstWords?.patientId ?? NIL,
    first + LAST,
    inLaterWords?.rank ?? word,
    inLaterWords?.nameWords ?? '',
    inLaterWords?.patientId ?? NIL,
    word + LAST,
    first,
    limit + 1,
  ].map((value) => conditions.parameter(value));

  // Each range is bounded twice, by its word alone and by the place in it: of the place the planner expects little.
  const text = `
    (select ${FOUND_BY_NAME} from read.patient_summary
      where name_words >= ${name} and (name_words, id) > (${name}, ${id}::uuid) and name_words < ${nameEnd}
      order by name_words, id limit ${mostOf(limit + 1)})
    union all
    (select word, page.name_words, patient_id, document::text, deceased
       from (select word, name_words, patient_id from read.patient_name_word
              where word >= ${later} and (word, name_words, patient_id) > (${later}, ${laterName}, ${laterId}::uuid)
                and word < ${laterEnd} and ${isFirstWithBeginning(beginning!)}
              order by word, name_words, patient_id limit ${mostOf(limit + 1)}) as page
       left join read.patient_summary summary on id = patient_id and summary.name_words is not null
      order by word, page.name_words, patient_id)
    limit ${most}`;
  return readPage(database, text, conditions, limit, quick);
}

/** Of the words of a name that begin as was asked, this row has the first one: the name counts once. */
const isFirstWithBeginning = (beginning: string) =>
  `strpos(name_words, ${beginning}) >= strpos(name_words || ' ', ' ' || word || ' ')`;

/**
 * Names that begin with the first word asked for and have the others later, then those that begin with the second, and so on; last
 * those that begin otherwise. In each of these ways in the order of the longest of the later words, and then of names.
 *
 * For a name that begins so, each word of the vocabulary with that beginning leads to one range of the index (word, name): names of
 * that family. Vocabularies stay small where the patients are many.
 */
function nextByWords(
  database: Queryable,
  words: readonly string[],
  after: Place | undefined,
  limit: number,
): Promise<FoundPage> {
  const ways = [...words, undefined].map((first) => wayOf(words, first));
  const reached = after ? ways.findIndex(({ first = '' }) => after.nameWords.startsWith(` ${first}`)) : 0;
  const conditions = new Conditions();
  const pages = ways.map((way, i) =>
    pageOf(conditions, way, i < reached, i === reached ? after : undefined, limit + 1),
  );
  const text = `${pages.join(' union all ')} limit ${conditions.parameter(limit + 1)}`;
  return readPage(database, text, conditions, limit, quick);
}

/** A way in which a name can have all the words. */
interface Way {
  /** The name begins so; undefined when with none of the words asked for. */
  readonly first: string | undefined;
  readonly notFirst: readonly string[];
  /** The one along which is walked. */
  readonly later: string;
  readonly others: readonly string[];
}

function wayOf(words: readonly string[], first: string | undefined): Way {
  const [later = '', ...others] = longestFirst(words.filter((word) => word !== first));
  return { first, notFirst: first === undefined ? words : [], later, others };
}

function pageOf(conditions: Conditions, way: Way, isOver: boolean, after: Place | undefined, limit: number): string {
  const { first, notFirst, later, others } = way;
  const place = after?.rank.startsWith(later) ? after : { rank: later, nameWords: '', patientId: NIL };
  const parameter = (value: unknown) => conditions.parameter(value);
  const [word, name, id, wordEnd] = [place.rank, place.nameWords, place.patientId, later + LAST].map(parameter);
  const holds = [
    `(word, name_words, patient_id) > (${word}, ${name}, ${id}::uuid)`,
    isFirstWithBeginning(parameter(` ${later}`)),
    ...(others.length > 0 ? [`name_words like all (${parameter(beginningWith(others))}::text[])`] : []),
    ...notFirst.map((other) => `not starts_with(name_words, ${parameter(` ${other}`)})`),
    // of family names that nobody has for a given name, no given name has to be walked along
    ...(first === undefined ? others : []).map(
      (other) =>
        `exists (select from read.patient_name_word where word >= ${parameter(other)} and word < ${parameter(other + LAST)})`,
    ),
  ].join(' and ');
  const found =
    first === undefined
      ? `select word, name_words, patient_id from read.patient_name_word
          where word >= ${word} and word < ${wordEnd} and ${holds}
          order by word, name_words, patient_id limit ${mostOf(limit)}`
      : `select named.word, named.name_words, named.patient_id
           from read.name_vocabulary vocabulary, lateral (
             select word, name_words, patient_id from read.patient_name_word
              where word = vocabulary.word and name_words >= ${parameter(` ${first}`)}
                and name_words < ${parameter(` ${first}${LAST}`)} and ${holds}
              order by name_words, patient_id limit ${mostOf(limit)}) named
          where vocabulary.word >= ${word} and vocabulary.word < ${wordEnd}
          order by vocabulary.word, named.name_words, named.patient_id limit ${mostOf(limit)}`;
  return `
    (select word as rank, page.name_words as "nameWords", patient_id as "patientId", document::text, deceased
       from (${found}) as page
       left join read.patient_summary summary on id = patient_id and summary.name_words is not null
      where ${parameter(!isOver)}::boolean
      order by word, page.name_words, patient_id)`;
}
