import type { Observer } from './observer.js';

const VALUES = `
  create function pg_temp.panel(patient uuid, how_many int, text_length int) returns jsonb language sql volatile as $$
    select jsonb_build_object(
      'patientId', patient, 'effectiveAt', '2026-01-05T08:00:00.000Z', 'status', 'final',
      'code', jsonb_build_object('system', 'http://loinc.org', 'code', '24323-8', 'display', 'Comprehensive metabolic 2000 panel'),
      'observations', jsonb_agg(jsonb_build_object(
        'code', jsonb_build_object('system', 'http://loinc.org', 'code', '2345-' || n, 'display', 'Glucose [Mass/volume] in Serum or Plasma'),
        'category', 'laboratory', 'interpretation', 'N',
        'referenceRange', jsonb_build_object('low', 70, 'high', 110, 'text', 'Fasting, 70 to 110 mg/dL, of adults'),
        'value', case when text_length = 0
          then jsonb_build_object('quantity', jsonb_build_object('value', 60 + n, 'unit', 'mg/dL', 'code', 'mg/dL'))
          else jsonb_build_object('string', (
            select left(string_agg(md5(random()::text || part), ''), text_length) from generate_series(0, text_length / 32) part))
        end)))
    from generate_series(1, how_many) n
  $$`;

export interface Panels {
  readonly count: number;
  readonly values: number;
  /** Each value is a text of that many characters; 0: a number. */
  readonly textLength?: number;
}

/** Appends panels of observations as the API would, many a second: a backlog of the time when nobody projected. */
export async function appendPanels(
  observer: Observer,
  patientIds: readonly string[],
  { count, values, textLength = 0 }: Panels,
): Promise<void> {
  await observer.rows('drop function if exists pg_temp.panel');
  await observer.rows(VALUES);
  // One transaction for each would take a flush for each: hundreds go together, as many as the events of a busy second.
  for (let done = 0; done < count;) {
    const now = Math.min(count - done, textLength > 0 ? 20 : 500);
    await observer.rows(
      `select write.append_event(gen_random_uuid(), 'records.observation-set', 0, gen_random_uuid(), 'records.observations-recorded',
         1::smallint, pg_temp.panel(patient, $2, $3), jsonb_build_object('actor', 'laboratory', 'role', 'practitioner',
           'correlationId', gen_random_uuid(), 'patientId', patient), null, null)
       from (select ($1::uuid[])[1 + n % cardinality($1::uuid[])] as patient from generate_series(1, $4) n) panels`,
      [patientIds, values, textLength, now],
    );
    done += now;
  }
}
