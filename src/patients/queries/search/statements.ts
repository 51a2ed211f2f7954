import type { Queryable } from '../../../database/database.js';
import { type Statement, statement } from '../../../database/sql.js';
import type { PatientSummary } from '../../read-models/patient-summary.js';
import { PATIENT_COLUMNS } from '../patient-row.js';
import type { Place } from './place.js';

/** The criteria in the spelling of the search tables. */
export interface Asked {
  readonly words?: readonly string[];
  readonly birthDate?: string;
  readonly digits?: string;
  /** Of identifiers and telephone numbers. */
  readonly keys: readonly string[];
}

/** A patient at its place in the order. The summary is missing (its id null) where its projection is behind or ahead. */
export type Found = Place & Omit<PatientSummary, 'id'> & { readonly id: string | null };

const NIL = '00000000-0000-0000-0000-000000000000';
/** Sorts after every text that begins as the one before it: a code point that is no character. */
const LAST = '\u{10ffff}';

const longestFirst = (words: readonly string[]) => words.toSorted((a, b) => b.length - a.length);
/** Words are letters and digits: there is nothing in them for LIKE to mistake. */
const patterns = (words: readonly string[]) => words.map((word) => `% ${word}%`);

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
    patterns(others),
    driver,
    limit,
  ]);
}

/** Conditions of a search, with their parameters. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly texts: string[] = [];

  add(text: (parameter: string) => string, value: unknown): this {
    this.texts.push(text(this.parameter(value)));
    return this;
  }

  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  get where(): string {
    return this.texts.length > 0 ? `where ${this.texts.join(' and ')}` : '';
  }
}

const statements = new Map<string, Statement>();

/** There are as many texts as there are sets of criteria: each is hashed once. */
function remembered(text: string): Statement {
  let known = statements.get(text);
  if (!known) statements.set(text, (known = statement(text)));
  return known;
}

/** Identifiers and numbers lead to a handful of patients: the planner must not walk an index of all of them instead. */
function candidatesOf(
  { keys, digits, birthDate }: Asked,
  conditions: Conditions,
  everyone = 'read.patient_search',
): string {
  const candidates =
    keys.length === 0
      ? everyone
      : `(select * from read.patient_search where find_keys @> ${conditions.parameter(JSON.stringify(keys))}::jsonb offset 0)`;
  if (birthDate !== undefined) conditions.add((date) => `birth_date = ${date}::date`, birthDate);
  if (digits !== undefined) conditions.add(hasNumber, digits);
  return candidates;
}

/** One of the two numbers ends in the other: with or without the country, and the area, before it. */
const hasNumber = (asked: string) => `exists (
  select from jsonb_array_elements_text(phones) as number
   where number like '%' || ${asked}::text or (length(number) >= 7 and ${asked}::text like '%' || number))`;

export async function nextBySortName(
  database: Queryable,
  asked: Asked,
  after: Place | undefined,
  limit: number,
): Promise<Found[]> {
  const conditions = new Conditions();
  const candidates = candidatesOf(asked, conditions);
  if (asked.words) conditions.add((words) => `name_words like all (${words}::text[])`, patterns(asked.words));
  if (after) {
    const id = conditions.parameter(after.patientId);
    conditions.add((name) => `(sort_name, id) > (${name}, ${id}::uuid)`, after.sortName);
  }
  const text = `
    with page as materialized (
      select sort_name, id from ${candidates} as candidate ${conditions.where}
       order by sort_name, id limit ${conditions.parameter(limit)})
    select '' as rank, page.sort_name as "sortName", page.id as "patientId", ${PATIENT_COLUMNS}
      from page left join read.patient_summary p on p.id = page.id
     order by page.sort_name, page.id`;
  return database.query<Found>(remembered(text), conditions.values);
}

/** Share of a word's letters that may be mistaken: `smyth` is Smith (1 of 5), and not Smart (3 of 5). */
const MISTAKEN = 0.4;
/** Similarity of trigrams (pg_trgm) below which a name is not even looked at. `smyth` and `smith` have 0.33. */
const ALIKE = 0.3;

/** The names in which every word asked for has one that is spelled alike, best first. */
export async function similarlyNamed(
  database: Queryable,
  asked: Asked,
  words: readonly string[],
  limit: number,
): Promise<Found[]> {
  const conditions = new Conditions();
  const few = asked.keys.length > 0 || asked.birthDate !== undefined;
  const candidates = candidatesOf(
    asked,
    conditions,
    few ? undefined : `read.similarly_named(${conditions.parameter(longestFirst(words)[0])}, ${ALIKE})`,
  );
  const text = `
    with page as materialized (
      select candidate.id, candidate.sort_name, alike.total
        from ${candidates} as candidate,
             lateral (select max(nearest.distance) as most, sum(nearest.distance) as total
                        from unnest(${conditions.parameter(words)}::text[]) as asked,
                             lateral (select min(levenshtein(asked, word)::real / greatest(length(asked), length(word))) as distance
                                        from string_to_table(ltrim(name_words), ' ') as word) as nearest) as alike
       ${conditions.add((most) => `alike.most <= ${most}::real`, MISTAKEN).where}
       order by alike.total, sort_name, id limit ${conditions.parameter(limit)})
    select '' as rank, page.sort_name as "sortName", page.id as "patientId", ${PATIENT_COLUMNS}
      from page left join read.patient_summary p on p.id = page.id
     order by page.total, page.sort_name, page.id`;
  return database.query<Found>(remembered(text), conditions.values);
}
