import type { Queryable } from '../../../database/database.js';
import { PATIENT_COLUMNS } from '../patient-row.js';
import { type Asked, beginningWith, type Found } from './asked.js';
import { Conditions, remembered } from './conditions.js';
import type { Place } from './place.js';

/** Patients for whom all criteria hold, in the order of their names. */
export async function nextBySortName(
  database: Queryable,
  asked: Asked,
  after: Place | undefined,
  limit: number,
): Promise<Found[]> {
  const conditions = new Conditions();
  const candidates = candidatesOf(asked, conditions);
  if (asked.words) conditions.add((words) => `name_words like all (${words}::text[])`, beginningWith(asked.words));
  if (after) {
    const id = conditions.parameter(after.patientId);
    conditions.add((name) => `(sort_name, id) > (${name}, ${id}::uuid)`, after.sortName);
  }
  const text = `
    with page as materialized (
      select sort_name, id from ${candidates} as candidate where ${conditions.all}
       order by sort_name, id limit ${conditions.parameter(limit)})
    select '' as rank, page.sort_name as "sortName", page.id as "patientId", ${PATIENT_COLUMNS}
      from page left join read.patient_summary p on p.id = page.id
     order by page.sort_name, page.id`;
  return database.query<Found>(remembered(text), conditions.values);
}

/** Identifiers and numbers lead to a handful of patients: the planner must not walk an index of all of them instead. */
export function candidatesOf({ keys, digits, birthDate }: Asked, conditions: Conditions): string {
  const candidates =
    keys.length === 0
      ? 'read.patient_search'
      : `(select * from read.patient_search where find_keys @> ${conditions.parameter(JSON.stringify(keys))}::jsonb offset 0)`;
  if (birthDate !== undefined) conditions.add((date) => `birth_date = ${date}::date`, birthDate);
  if (digits !== undefined) conditions.add(hasNumber, digits);
  return candidates;
}

/** One of the two numbers ends in the other: with or without the country, and the area, before it. */
const hasNumber = (asked: string) => `exists (
  select from jsonb_array_elements_text(phones) as number
   where number like '%' || ${asked}::text or (length(number) >= 7 and ${asked}::text like '%' || number))`;
