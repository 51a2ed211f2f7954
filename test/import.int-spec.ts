import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { idFor } from '../src/event-sourcing/index.js';
import type { ImportReport } from '../src/import/report/import-report.js';
import { render } from '../src/import/report/render.js';
import { sql } from '../src/database/sql.js';
import { startTestApp, type TestApp } from './support/app.js';
import { bundleOf, fhir, named, type Resource, urlOf } from './support/fhir.js';
import { BundleFolder, ImportProcess, TestImporter } from './support/import.js';
import { createTestDatabase } from './support/test-database.js';
import { until } from './support/until.js';

jest.setTimeout(120_000);

/** Imports beside a running API, on one database. */
let app: TestApp;
let importer: TestImporter;
let folder: BundleFolder;

beforeAll(async () => {
  app = await startTestApp();
  importer = await TestImporter.start(app.databaseUrl);
});
afterAll(async () => {
  await importer.close();
  await app.close();
});
beforeEach(() => (folder = new BundleFolder()));
afterEach(() => folder.remove());

const allEvents = sql`
  select stream_id, stream_version, type, data, metadata from write.events order by position`;
interface EventRow {
  readonly stream_id: string;
  readonly stream_version: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}
const events = () => app.database.query<EventRow & Record<string, unknown>>(allEvents);
const countEvents = async () => (await events()).length;

const idOf = (name: string) => idFor('fhir', urlOf(name));
const encounterIdOf = (name: string) => idFor('encounter', idFor('fhir', 'appointment', urlOf(name)));
const appointmentIdOf = (name: string) => idFor('fhir', 'appointment', urlOf(name));

const chartOf = async (patient: string) =>
  (await app.client('practitioner').get(`/v1/patients/${idOf(patient)}/chart`)).body;
const appointmentsOf = async (patient: string) =>
  (await app.client('practitioner').get(`/v1/patients/${idOf(patient)}/appointments?limit=200`)).body.items;

const counts = (report: ImportReport, of: string) => {
  const { imported, already, skipped, failed } = report.resources.row(of);
  return { imported, already, skipped, failed };
};
const none = { imported: 0, already: 0, skipped: 0, failed: 0 };
const at = (hour: string) => `2019-03-01T${hour}:00Z`;

/** A patient with one of everything, whose names all begin with `x`. */
const life = (x: string, over: Readonly<Record<string, Resource>> = {}): Record<string, Resource> => ({
  [`${x}-patient`]: fhir.patient({ identifier: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: `ssn-${x}` }] }),
  [`${x}-doctor`]: fhir.practitioner(x),
  [`${x}-visit`]: fhir.encounter(`${x}-patient`, `${x}-doctor`, at('08:00'), at('08:15')),
  [`${x}-condition`]: fhir.condition(`${x}-patient`, `${x}-visit`),
  [`${x}-allergy`]: fhir.allergy(`${x}-patient`),
  [`${x}-weight`]: fhir.observation(`${x}-patient`, `${x}-visit`, 61.5),
  [`${x}-weight-again`]: fhir.observation(`${x}-patient`, `${x}-visit`, 61.7),
  [`${x}-order`]: fhir.medication(`${x}-patient`, `${x}-visit`),
  [`${x}-shot`]: fhir.immunization(`${x}-patient`, `${x}-visit`),
  [`${x}-claim`]: fhir.claim(`${x}-patient`),
  ...over,
});

describe('an import', () => {
  it('brings a whole patient in, readable over HTTP, and accounts for every resource', async () => {
    const report = await importer.import(folder.bundle('a.json.gz', life('whole')).path);
    expect(report.succeeded).toBe(true);
    expect(report.resources.total).toBe(10);
    for (const type of [
      'Patient',
      'Practitioner',
      'Encounter',
      'Condition',
      'AllergyIntolerance',
      'MedicationRequest',
      'Immunization',
    ]) {
      expect([type, counts(report, type)]).toEqual([type, { ...none, imported: 1 }]);
    }
    expect(counts(report, 'Observation')).toEqual({ ...none, imported: 2 });
    expect(counts(report, 'Claim')).toEqual({ ...none, skipped: 1 });
    expect(report.resources.row('Claim').reasons).toEqual(new Map([['not imported', 1]]));

    await app.settle();
    const client = app.client('practitioner');
    const patient = await client.get(`/v1/patients/${idOf('whole-patient')}`);
    expect(patient.body.name).toMatchObject({ family: 'Quill77', given: ['Zelda9', 'Mae1'] });
    const chart = await chartOf('whole-patient');
    expect(chart.problems).toMatchObject([
      { id: idOf('whole-condition'), clinicalStatus: 'active', encounterId: encounterIdOf('whole-visit') },
    ]);
    expect(chart.allergies).toMatchObject([{ id: idOf('whole-allergy'), effectiveAt: '1961-01-07T09:21:52.000Z' }]);
    expect(chart.medications).toMatchObject([{ id: idOf('whole-order'), status: 'active' }]);
    expect(chart.immunizations).toMatchObject([{ id: idOf('whole-shot') }]);
    expect(chart.vitals).toMatchObject([{ code: { code: '29463-7' } }]);
    expect(chart.encounters).toMatchObject([
      { id: encounterIdOf('whole-visit'), status: 'finished', appointmentId: appointmentIdOf('whole-visit') },
    ]);
    expect(await appointmentsOf('whole-patient')).toMatchObject([
      {
        id: appointmentIdOf('whole-visit'),
        status: 'fulfilled',
        start: '2019-03-01T08:00:00.000Z',
        end: '2019-03-01T08:15:00.000Z',
      },
    ]);
  });

  it('says in every event that it was the import', async () => {
    await importer.import(folder.bundle('a.json', life('who')).path);
    const own = (await events()).filter(({ data }) => data['patientId'] === idOf('who-patient'));
    expect(new Set(own.map(({ metadata }) => metadata['actor']))).toEqual(new Set(['import']));
    expect(new Set(own.map(({ metadata }) => metadata['correlationId'])).size).toBe(1);
  });

  it('leaves the sagas nothing to do', async () => {
    const before = await countEvents();
    await importer.import(folder.bundle('a.json', life('sagas')).path);
    const after = await countEvents();
    // Schedule, patient, appointment (3), encounter (2), condition, allergy, panel, order, immunization.
    expect(after - before).toBe(12);
    await app.settle();
    expect(await countEvents()).toBe(after);
    const done = await app.database.query<{ status: string }>(sql`select distinct status from write.pending_commands`);
    expect(done.filter(({ status }) => status !== 'done')).toEqual([]);
  });

  it('changes nothing when it is run again', async () => {
    folder.bundle('a.json', life('again')).bundle('copy.json.gz', life('again'));
    const first = await importer.import(folder.path);
    expect(counts(first, 'Observation')).toEqual({ ...none, imported: 2, already: 2 });
    await app.settle();
    const before = await countEvents();
    const report = await importer.import(folder.path);
    expect(await countEvents()).toBe(before);
    for (const type of [
      'Patient',
      'Practitioner',
      'Encounter',
      'Condition',
      'AllergyIntolerance',
      'MedicationRequest',
      'Immunization',
    ]) {
      expect([type, counts(report, type)]).toEqual([type, { ...none, already: 2 }]);
    }
    expect(counts(report, 'Observation')).toEqual({ ...none, already: 4 });
    expect(report.succeeded).toBe(true);
  });

  it('adds of a bundle that has grown only what is new, even to an encounter that is finished', async () => {
    await importer.import(folder.bundle('a.json', life('grown')).path);
    const before = await countEvents();
    const more = {
      'grown-weight-third': fhir.observation('grown-patient', 'grown-visit', 61.5),
      'grown-height': fhir.observation('grown-patient', 'grown-visit', 170, {
        code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
      }),
      'grown-late': fhir.condition('grown-patient', 'grown-visit', { onsetDateTime: '2019-03-02' }),
      'grown-visit-2': fhir.encounter('grown-patient', 'grown-doctor', at('09:00'), at('09:15')),
    };
    folder.bundle('a.json', life('grown', more));
    const report = await importer.import(folder.path);
    expect(counts(report, 'Observation')).toEqual({ ...none, imported: 2, already: 2 });
    expect(counts(report, 'Condition')).toEqual({ ...none, imported: 1, already: 1 });
    expect(counts(report, 'Encounter')).toEqual({ ...none, imported: 1, already: 1 });
    expect((await countEvents()) - before).toBe(2 + 1 + 5);

    const after = await countEvents();
    await importer.import(folder.path);
    expect(await countEvents()).toBe(after);
    await app.settle();
    const trend = await app
      .client('practitioner')
      .get(`/v1/patients/${idOf('grown-patient')}/observations/trend?code=http://loinc.org|29463-7`);
    expect(trend.body.items ?? trend.body.points).toHaveLength(3);
  });

  it('does not undo what was done here since', async () => {
    const died = { 'here-patient': fhir.patient({ deceasedDateTime: '2020-01-01T00:00:00Z' }) };
    await importer.import(folder.bundle('a.json', life('here', died)).path);
    await app.settle();
    const client = app.client('admin');
    const patient = `/v1/patients/${idOf('here-patient')}`;
    const reverted = await client.post(`${patient}/death-reversal`, { reason: 'A mix-up.' });
    expect([200, 201]).toContain(reverted.status);
    const before = await countEvents();
    const report = await importer.import(folder.path);
    expect(report.derived.row('Death')).toMatchObject({ imported: 0, already: 1 });
    expect(await countEvents()).toBe(before);
  });

  it('records a death last, and what follows from it follows', async () => {
    const died = { 'dead-patient': fhir.patient({ deceasedDateTime: '2018-01-01T00:00:00Z' }) };
    const report = await importer.import(folder.bundle('a.json', life('dead', died)).path);
    expect(report.derived.row('Death')).toMatchObject({ imported: 1 });
    expect(counts(report, 'Encounter')).toEqual({ ...none, imported: 1 });
    await app.settle();
    const chart = await chartOf('dead-patient');
    expect(chart.deceasedAt).toBe('2018-01-01T00:00:00.000Z');
    expect(chart.medications).toMatchObject([{ status: 'on-hold' }]);
  });

  it('takes an order over that an alert would have stopped here, and says so', async () => {
    const twice = { 'alert-order-2': fhir.medication('alert-patient', 'alert-visit') };
    const report = await importer.import(folder.bundle('a.json', life('alert', twice)).path);
    expect(counts(report, 'MedicationRequest')).toEqual({ ...none, imported: 2 });
    await app.settle();
    const { medications } = await chartOf('alert-patient');
    expect(medications.filter((order: { overrideReason?: string }) => order.overrideReason)).toHaveLength(1);
  });
});

describe('encounters that overlap', () => {
  it('are both imported, and the second is refused as an appointment and reported', async () => {
    const second = (x: string) => ({
      [`${x}-patient`]: fhir.patient(),
      'overlap-doctor': fhir.practitioner('overlap'),
      [`${x}-visit`]: fhir.encounter(`${x}-patient`, 'overlap-doctor', at('08:10'), at('08:20')),
      [`${x}-next`]: fhir.encounter(`${x}-patient`, 'overlap-doctor', at('08:20'), at('08:30')),
    });
    folder.bundle('1.json', life('overlap')).bundle('2.json', second('overlap2'));
    const report = await importer.import(folder.path, { concurrency: 1 });
    expect(report.succeeded).toBe(true);
    expect(counts(report, 'Encounter')).toEqual({ ...none, imported: 3 });
    expect(report.derived.row('Appointment')).toMatchObject({ imported: 2, skipped: 1 });
    expect(report.derived.refusals).toEqual([
      { file: '2.json', index: 2, url: urlOf('overlap2-visit'), of: 'Appointment', code: 'time-taken' },
    ]);
    await app.settle();
    expect(await appointmentsOf('overlap2-patient')).toMatchObject([{ id: appointmentIdOf('overlap2-next') }]);
    expect((await chartOf('overlap2-patient')).encounters).toHaveLength(2);

    const before = await countEvents();
    const again = await importer.import(folder.path);
    expect(await countEvents()).toBe(before);
    expect(again.derived.row('Appointment')).toMatchObject({ imported: 0, already: 2, skipped: 1 });
  });

  it('are appointments both when their practitioners differ, and none without a practitioner', async () => {
    const alone = {
      'free-patient-2': fhir.patient(),
      'free-doctor-2': fhir.practitioner('free-2'),
      'free-visit-2': fhir.encounter('free-patient-2', 'free-doctor-2', at('08:00'), at('08:15')),
      'free-visit-3': fhir.encounter('free-patient-2', undefined, at('08:00'), at('08:15')),
    };
    const report = await importer.import(folder.bundle('a.json', life('free', alone)).path);
    expect(report.derived.row('Appointment')).toMatchObject({ imported: 2, skipped: 1 });
    expect(report.derived.row('Appointment').reasons).toEqual(new Map([['no practitioner', 1]]));
    expect(counts(report, 'Encounter')).toEqual({ ...none, imported: 3 });
  });
});

describe('what is broken', () => {
  const good = (name: string) => folder.bundle(`${name}.json`, life(name));

  it('in a file is reported with its name and place, and the other files go in', async () => {
    const whole = JSON.stringify(bundleOf(named(life('unseen'))), null, 1);
    const packed = gzipSync(whole);
    folder
      .file('comma.json', '{\n  "resourceType": "Bundle",\n  "type" "transaction"\n}')
      .file('cut.json', whole.slice(0, 40))
      .file('cut.json.gz', packed.subarray(0, packed.length / 2))
      .file('empty.json', '')
      .file('garbled.json.gz', Buffer.concat([packed.subarray(0, 20), Buffer.alloc(200, 7), packed.subarray(220)]))
      .file('latin.json', Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x7d]))
      .file('list.json', '[1, 2]')
      .file('patient.json', JSON.stringify(fhir.patient()))
      .file('search.json', JSON.stringify({ resourceType: 'Bundle', type: 'searchset' }))
      .file('text.json.gz', Buffer.from('not packed at all'));
    const report = await importer.import(good('others').path);

    expect(report.succeeded).toBe(false);
    expect(report.unreadable.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toEqual([
      { file: 'comma.json', code: 'invalid-json', place: 'line 3, column 10, offset 39' },
      { file: 'cut.json', code: 'invalid-json', place: expect.stringMatching(/^line 3, column \d+, offset \d+$/) },
      { file: 'cut.json.gz', code: 'truncated-gzip', place: expect.stringMatching(/^byte \d+$/) },
      { file: 'empty.json', code: 'invalid-json', place: 'line 1, column 1, offset 0' },
      { file: 'garbled.json.gz', code: 'invalid-gzip', place: expect.stringMatching(/^byte \d+$/) },
      { file: 'latin.json', code: 'invalid-utf-8' },
      { file: 'list.json', code: 'wrong-type', place: 'Bundle' },
      { file: 'patient.json', code: 'not-a-bundle', place: 'resourceType' },
      { file: 'search.json', code: 'unsupported-bundle-type', place: 'type' },
      { file: 'text.json.gz', code: 'invalid-gzip', place: 'byte 0' },
    ]);
    expect(counts(report, 'Patient')).toEqual({ ...none, imported: 1 });
  });

  it('in a resource is reported with its entry and path, and the other resources go in', async () => {
    const p = 'odd-patient';
    const resources = life('odd', {
      'odd-future': fhir.encounter(p, 'odd-doctor', '3019-01-01T00:00:00Z', '3019-01-01T01:00:00Z'),
      'odd-inside': fhir.condition(p, 'odd-future'),
      'odd-dangling': fhir.condition(p, 'nobody-visit'),
      'odd-stranger': fhir.condition('nobody', undefined),
      'odd-ancient': fhir.condition(p, 'odd-visit', { onsetDateTime: '0001-01-01' }),
      'odd-miscoded': fhir.observation(p, 'odd-visit', 3, {
        code: { coding: [{ system: 'http://loinc.org', code: '29463-8' }] },
      }),
      'odd-unit': fhir.observation(p, 'odd-visit', 3, {
        valueQuantity: { value: 3, system: 'http://unitsofmeasure.org', code: 'k g' },
      }),
      'odd-dateless': fhir.immunization(p, 'odd-visit', { occurrenceDateTime: undefined }),
      'odd-cancelled': fhir.observation(p, 'odd-visit', 3, { status: 'cancelled' }),
    });
    const entries = [...named(resources), {}, { fullUrl: 'urn:uuid:x', resource: {} }] as ReturnType<typeof named>;
    folder.file('odd.json', JSON.stringify(bundleOf(entries)));
    const report = await importer.import(folder.path);

    const failures = report.resources.failures.map(({ file, index, path, of, code }) => [file, index, path, of, code]);
    expect(failures.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      ['odd.json', 10, 'entry[10].resource.period.start', 'Encounter', 'effective-in-future'],
      ['odd.json', 12, 'entry[12].resource.encounter.reference', 'Condition', 'dangling-reference'],
      ['odd.json', 13, 'entry[13].resource.subject.reference', 'Condition', 'dangling-reference'],
      ['odd.json', 14, 'entry[14].resource as /onset', 'Condition', 'invalid-time'],
      [
        'odd.json',
        15,
        expect.stringMatching(/^entry\[15\]\.resource as \/observations\/\d\/code\/code$/),
        'Observation',
        'invalid-code',
      ],
      [
        'odd.json',
        16,
        expect.stringMatching(/^entry\[16\]\.resource as \/observations\/\d\/value\/quantity\/code$/),
        'Observation',
        'invalid-unit',
      ],
      ['odd.json', 17, 'entry[17].resource.occurrenceDateTime', 'Immunization', 'missing-field'],
      ['odd.json', 19, 'entry[19].resource', '(no resource)', 'missing-field'],
      ['odd.json', 20, 'entry[20].resource.resourceType', '(no resource)', 'missing-field'],
    ]);
    expect(report.resources.total).toBe(entries.length);
    expect(counts(report, 'Observation')).toEqual({ imported: 2, already: 0, skipped: 1, failed: 2 });
    expect(report.resources.row('Condition').reasons).toEqual(
      new Map([
        ['dangling-reference', 2],
        ['its encounter is not imported', 1],
        ['invalid-time', 1],
      ]),
    );

    const before = await countEvents();
    const again = await importer.import(folder.path);
    expect(await countEvents()).toBe(before);
    expect(again.resources.failures).toHaveLength(failures.length);
  });

  it('in a patient keeps everything of that patient out, until it is put right', async () => {
    const nameless = life('bad', { 'bad-patient': fhir.patient({ name: undefined }) });
    const report = await importer.import(folder.bundle('a.json', nameless).path);
    expect(counts(report, 'Patient')).toEqual({ ...none, failed: 1 });
    expect(counts(report, 'Encounter')).toEqual({ ...none, skipped: 1 });
    expect(counts(report, 'Observation')).toEqual({ ...none, skipped: 2 });
    expect(report.resources.total).toBe(10);

    const repaired = await importer.import(folder.bundle('a.json', life('bad')).path);
    expect(counts(repaired, 'Observation')).toEqual({ ...none, imported: 2 });
    expect(repaired.succeeded).toBe(true);
  });

  it('by an identifier that is taken keeps the second patient out', async () => {
    const taken = life('taken2', {
      'taken2-patient': fhir.patient({
        identifier: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: 'ssn-taken' }],
      }),
    });
    folder.bundle('1.json', life('taken')).bundle('2.json', taken);
    const report = await importer.import(folder.path, { concurrency: 1 });
    expect(report.resources.failures).toMatchObject([{ file: '2.json', of: 'Patient', code: 'identifier-taken' }]);
    expect(counts(report, 'Encounter')).toEqual({ ...none, imported: 1, skipped: 1 });
  });

  it('leaves no appointment behind for an encounter that cannot start', async () => {
    const coded = { type: [{ coding: [{ system: 'http://snomed.info/sct', code: '1' }] }] };
    const visit = fhir.encounter('type-patient', 'type-doctor', at('08:00'), at('08:15'), coded);
    const report = await importer.import(folder.bundle('a.json', life('type', { 'type-visit': visit })).path);
    expect(report.resources.failures).toMatchObject([{ of: 'Encounter', code: 'invalid-code' }]);
    expect(counts(report, 'Observation')).toEqual({ ...none, skipped: 2 });
    await app.settle();
    expect(await appointmentsOf('type-patient')).toMatchObject([{ status: 'cancelled' }]);
    const before = await countEvents();
    await importer.import(folder.path);
    expect(await countEvents()).toBe(before);
  });

  it('is told without anything about anybody', async () => {
    const resources = life('secret', {
      'secret-odd': fhir.condition('secret-patient', 'secret-visit', { onsetDateTime: 'when Zelda9 fell ill' }),
      'secret-twin': fhir.patient({ identifier: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: 'ssn-secret' }] }),
    });
    folder.bundle('a.json', resources).file('b.json', '{"family": "Quill77" "given": "Zelda9"}');
    const text = render(await importer.import(folder.path), 1);
    expect(text).toContain('invalid-time');
    expect(text).toContain('identifier-taken');
    expect(text).toContain('b.json  invalid-json  line 1, column 22');
    expect(text).not.toMatch(/Quill|Zelda|ssn-|1960|Foxton|555/);
  });
});

describe('npm run import', () => {
  /** Each with a practitioner of its own: which of two that overlap comes first is nobody's promise. */
  const fill = (patients: number) => {
    for (let i = 0; i < patients; i++) folder.bundle(`${i}.json.gz`, life(`p${i}`));
    return folder.path;
  };
  const streams = sql`select stream_id, count(*)::int as events, array_agg(type order by stream_version) as types
    from write.events group by stream_id order by stream_id`;

  it('killed again and again, and run again, leaves what one run leaves', async () => {
    const path = fill(40);
    const database = await createTestDatabase();
    const victim = await startTestApp({ databaseUrl: database.url });
    const count = async () =>
      (await victim.database.query<{ n: number }>(sql`select count(*)::int as n from write.events`))[0]!.n;
    try {
      for (const enough of [60, 200, 330]) {
        const killed = new ImportProcess([path, '--concurrency=3'], database.url);
        let ended = false;
        void killed.exit.then(() => (ended = true));
        await until(async () => ended || (await count()) >= enough, 60_000);
        expect(ended).toBe(false);
        killed.kill('SIGKILL');
        await killed.exit;
      }
      const through = new ImportProcess([path], database.url);
      expect([await through.exit, through.stderr]).toEqual([0, '']);
      expect(through.stdout).toMatch(/^Patient +\d+ +\d+ +0 +0 +40$/m);
      await victim.settle();

      await importer.import(path);
      const whole = await app.database.query(streams);
      const patched = await victim.database.query(streams);
      const ofThese = new Set(patched.map((row) => row['stream_id']));
      expect(patched).toEqual(whole.filter((row) => ofThese.has(row['stream_id'])));
      expect(await count()).toBe(40 * 12 + 1);
    } finally {
      await victim.close();
      await database.drop();
    }
  });

  it('stops at SIGTERM between encounters, says so, and goes on when it is run again', async () => {
    const path = fill(40);
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url });
    try {
      const stopped = new ImportProcess([path, '--concurrency=1'], database.url);
      await until(async () => (await pool.query('select from write.events limit 30')).rowCount === 30, 30_000);
      stopped.kill('SIGTERM');
      expect([await stopped.exit, stopped.stdout]).toEqual([
        1,
        expect.stringContaining('Stopped before the end: It was interrupted. Import again to go on from here.'),
      ]);
      const through = new ImportProcess([path], database.url);
      expect(await through.exit).toBe(0);
      expect(through.stdout).toMatch(/^All +\d+ +\d+ +40 +0 +400$/m);
    } finally {
      await pool.end();
      await database.drop();
    }
  });

  it.each([
    [[], /^FOLDER is missing: npm run import -- FOLDER .*\n$/],
    [['/nowhere/at/all'], /^FOLDER "\/nowhere\/at\/all" does not exist\n$/],
  ])('with %j says in one line what is wrong, and exits with 1', async (args, message) => {
    const refused = new ImportProcess(args, app.databaseUrl);
    expect(await refused.exit).toBe(1);
    expect(refused.stderr).toMatch(message);
  });

  it('exits with 1 when a file is broken, with the report on stdout', async () => {
    const broken = new ImportProcess([folder.file('a.json', '{').path], app.databaseUrl);
    expect(await broken.exit).toBe(1);
    expect(broken.stdout).toContain('  a.json  invalid-json  line 1, column 2, offset 1');
  });
});
