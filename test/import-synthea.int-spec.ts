import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sql } from '../src/database/sql.js';
import { idFor } from '../src/event-sourcing/index.js';
import type { ImportReport } from '../src/import/report/import-report.js';
import { startTestApp, type TestApp } from './support/app.js';
import { TestImporter } from './support/import.js';

jest.setTimeout(600_000);

const given = process.env['SYNTHEA_FOLDER'];
const folder = resolve(given ?? '../shared/data/synthea');
const isThere = existsSync(folder);
if (!isThere)
  console.warn(`Not run: there is no folder ${folder}. SYNTHEA_FOLDER names a folder of Synthea's FHIR bundles.`);

interface Raw {
  readonly resourceType: string;
  readonly status?: string;
  readonly subject?: { readonly reference: string };
  readonly patient?: { readonly reference: string };
  readonly participant?: readonly unknown[];
  readonly deceasedDateTime?: string;
  readonly component?: readonly unknown[];
}
interface RawEntry {
  readonly fullUrl: string;
  readonly resource: Raw;
}

/** Read without a line of what is tested. */
const rawEntries = (): RawEntry[] =>
  readdirSync(folder).flatMap((name) => {
    const content = readFileSync(join(folder, name));
    const text = name.endsWith('.gz') ? gunzipSync(content).toString() : content.toString();
    return (JSON.parse(text) as { entry: RawEntry[] }).entry;
  });

const HANDLED = [
  'Patient',
  'Practitioner',
  'Encounter',
  'Condition',
  'AllergyIntolerance',
  'Observation',
  'MedicationRequest',
  'Immunization',
];

(isThere ? describe : describe.skip)('the Synthea bundles', () => {
  let app: TestApp;
  let importer: TestImporter;
  let entries: RawEntry[];
  let report: ImportReport;

  beforeAll(async () => {
    entries = rawEntries();
    app = await startTestApp();
    importer = await TestImporter.start(app.databaseUrl);
    report = await importer.import(folder, { concurrency: 8 });
    await app.settle(120_000);
  });
  afterAll(async () => {
    await importer.close();
    await app.close();
  });

  const ofType = (...types: string[]) => entries.filter(({ resource }) => types.includes(resource.resourceType));
  const eventCounts = async () => {
    const rows = await app.database.query<{ type: string; n: number }>(
      sql`select type, count(*)::int as n from write.events group by type`,
    );
    return new Map(rows.map(({ type, n }) => [type, n]));
  };
  /** How many of each patient there are in the bundles, by our own ids of the patients. */
  const perPatient = (raw: readonly RawEntry[]) => {
    const counts = new Map<string, number>();
    for (const { resource } of raw) {
      const id = idFor('fhir', (resource.subject ?? resource.patient)!.reference);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  };
  const rowsPerPatient = async (statement: ReturnType<typeof sql>) => {
    const rows = await app.database.query<{ patient: string; n: number }>(statement);
    return new Map(rows.map(({ patient, n }) => [patient, n]));
  };
  const sorted = (counts: ReadonlyMap<string, number>) => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));

  it('are imported whole: nothing failed, and every resource of every type is accounted for', () => {
    expect(report.resources.failures).toEqual([]);
    expect(report.derived.failures).toEqual([]);
    expect(report.unreadable).toEqual([]);
    expect(report.succeeded).toBe(true);
    expect(report.filesRead).toBe(readdirSync(folder).length);

    const inFiles = Map.groupBy(entries, ({ resource }) => resource.resourceType);
    expect([...report.resources.rows.keys()].toSorted()).toEqual([...inFiles.keys()].toSorted());
    for (const [type, { imported, already, skipped, failed, reasons }] of report.resources.rows) {
      const total = inFiles.get(type)!.length;
      expect([type, imported + already + skipped + failed]).toEqual([type, total]);
      if (HANDLED.includes(type)) expect([type, skipped]).toEqual([type, 0]);
      else expect([type, [...reasons]]).toEqual([type, [['not imported', total]]]);
    }
    expect(report.resources.total).toBe(entries.length);
  });

  it('are as many events as they have entries', async () => {
    const events = await eventCounts();
    const practitioners = new Set(ofType('Practitioner').map(({ fullUrl }) => fullUrl));
    const appointments = report.derived.row('Appointment').imported;
    expect(Object.fromEntries(events)).toMatchObject({
      'patients.patient-registered': ofType('Patient').length,
      'patients.patient-deceased': ofType('Patient').filter(({ resource }) => resource.deceasedDateTime).length,
      'appointments.schedule-defined': practitioners.size,
      'appointments.appointment-booked': appointments,
      'appointments.patient-checked-in': appointments,
      'appointments.appointment-fulfilled': appointments,
      'records.encounter-started': ofType('Encounter').length,
      'records.encounter-finished': ofType('Encounter').length,
      'records.condition-recorded': ofType('Condition').length,
      'records.allergy-recorded': ofType('AllergyIntolerance').length,
      'records.medication-prescribed': ofType('MedicationRequest').length,
      'records.immunization-recorded': ofType('Immunization').length,
    });
    const [observed] = await app.database.query<{ n: number }>(
      sql`select sum(jsonb_array_length(data->'observations'))::int as n from write.events where type = 'records.observations-recorded'`,
    );
    expect(observed!.n).toBe(ofType('Observation').length);
  });

  it.each([
    [
      'Encounter',
      sql`select patient_id as patient, count(*)::int as n from read.encounter_list where in_chart group by 1`,
    ],
    [
      'Condition',
      sql`select patient_id as patient, count(*)::int as n from read.problem_list where in_chart group by 1`,
    ],
    [
      'AllergyIntolerance',
      sql`select patient_id as patient, count(*)::int as n from read.allergy_list where in_chart group by 1`,
    ],
    [
      'Immunization',
      sql`select patient_id as patient, count(*)::int as n from read.immunization_list where in_chart group by 1`,
    ],
  ])('can be read: every %s of every patient', async (type, statement) =>
    expect(sorted(await rowsPerPatient(statement))).toEqual(sorted(perPatient(ofType(type)))),
  );

  it('can be read: every medication order of every patient', async () => {
    const listed = await rowsPerPatient(
      sql`select patient_id as patient, count(*)::int as n from read.medication_list group by 1`,
    );
    expect(sorted(listed)).toEqual(sorted(perPatient(ofType('MedicationRequest'))));
  });

  it('can be read: every value and component of every patient', async () => {
    const measured = ofType('Observation').flatMap((entry) => [
      entry,
      ...(entry.resource.component ?? []).map(() => entry),
    ]);
    const listed = await rowsPerPatient(
      sql`select patient_id as patient, count(*)::int as n from read.observation_series group by 1`,
    );
    const values = [...listed.values()].reduce((sum, n) => sum + n, 0);
    // A blood pressure has components and no value of its own: whether it is a row is the read model's affair.
    expect(values).toBeGreaterThanOrEqual(
      measured.length - ofType('Observation').filter(({ resource }) => resource.component).length,
    );
    expect(values).toBeLessThanOrEqual(measured.length);
    expect([...listed.keys()].toSorted()).toEqual([...perPatient(ofType('Observation')).keys()].toSorted());
  });

  it('have an appointment for every encounter with a practitioner, but for those that overlap', async () => {
    const withPractitioner = ofType('Encounter').filter(({ resource }) => (resource.participant ?? []).length > 0);
    const { imported, skipped, reasons } = report.derived.row('Appointment');
    expect(imported + skipped).toBe(ofType('Encounter').length);
    expect(reasons.get('no practitioner') ?? 0).toBe(ofType('Encounter').length - withPractitioner.length);
    expect(imported + (reasons.get('time-taken') ?? 0)).toBe(withPractitioner.length);
    expect(report.derived.refusals.map(({ code }) => code).every((code) => code === 'time-taken')).toBe(true);

    const refused = new Set(report.derived.refusals.map(({ url }) => url));
    const listed = await rowsPerPatient(
      sql`select patient_id as patient, count(*)::int as n from read.appointment_summary where status = 'fulfilled' group by 1`,
    );
    expect(sorted(listed)).toEqual(sorted(perPatient(withPractitioner.filter(({ fullUrl }) => !refused.has(fullUrl)))));

    const [overlapping] = await app.database.query<{ n: number }>(
      sql`select count(*)::int as n from read.agenda a join read.agenda b
        on a.resource_id = b.resource_id and a.appointment_id < b.appointment_id
        and a.busy_from < b.busy_to and b.busy_from < a.busy_to`,
    );
    expect(overlapping!.n).toBe(0);
  });

  it('leave no command of a saga undone, and no event but the holds of those who died to the sagas', async () => {
    const bySystem = await app.database.query<{ type: string }>(
      sql`select distinct type from write.events where metadata->>'actor' <> 'import'`,
    );
    expect(bySystem.map(({ type }) => type)).toEqual(['records.medication-held']);
    const undone = await app.database.query(sql`select 1 from write.pending_commands where status <> 'done'`);
    expect(undone).toEqual([]);
  });

  it('change nothing when they are imported again', async () => {
    const before = await eventCounts();
    const again = await importer.import(folder, { concurrency: 8 });
    expect(again.succeeded).toBe(true);
    for (const type of HANDLED) {
      expect([type, again.resources.row(type).already]).toEqual([type, ofType(type).length]);
    }
    await app.settle(60_000);
    expect(await eventCounts()).toEqual(before);
  });
});
