import type { Queryable } from '../../../database/database.js';
import { type Asked, beginningWith, FOUND_BY_NAME } from './asked.js';
import { Conditions, mostOf } from './conditions.js';
import { type FoundPage, readPage } from './page.js';
import { NIL, type Place } from './place.js';

/** Patients for whom all criteria hold, in the order of their names. */
export async function nextBySortName(
  database: Queryable,
  asked: Asked,
  after: Place | undefined,
  limit: number,
): Promise<FoundPage> {
  const conditions = new Conditions();
  const candidates = candidatesOf(asked, conditions);
  if (asked.words) conditions.add((words) => `name_words like all (${words}::text[])`, beginningWith(asked.words));
  const from = conditions.parameter(after?.nameWords ?? '');
  conditions.add((id) => `(name_words, id) > (${from}, ${id}::uuid)`, after?.patientId ?? NIL);
  const text = `
    select * from (
      select ${FOUND_BY_NAME} from ${candidates} as candidate where ${conditions.all}
       order by name_words, id limit ${mostOf(limit + 1)}) as page
     limit ${conditions.parameter(limit + 1)}`;
  return readPage(database, text, conditions, limit);
}

/** Identifiers and numbers lead to a handful of patients: the planner must not walk an index of all of them instead. */
export function candidatesOf({ keys, digits, birthDate }: Asked, conditions: Conditions): string {
  const candidates =
    keys.length === 0
      ? 'read.patient_summary'
      : `(select * from read.patient_summary where find_keys @> ${conditions.parameter(JSON.stringify(keys))}::jsonb offset 0)`;
  if (birthDate !== undefined) conditions.add((date) => `birth_date = ${date}::date`, birthDate);
  if (digits !== undefined) conditions.add(hasNumber, digits);
  return candidates;
}

/** One of the two numbers ends in the other: with or without the country, and the area, before it. */
const hasNumber = (asked: string) => `exists (
  select from jsonb_array_elements_text(phones) as number
   where number like '%' || ${asked}::text or (length(number) >= 7 and ${asked}::text like '%' || number))`;
