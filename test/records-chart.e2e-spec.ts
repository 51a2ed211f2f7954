import { startTestApp, type TestApp } from './support/app.js';
import type { Client } from './support/client.js';
import {
  asthma,
  bloodPressure,
  Clinician,
  cvx,
  hypertension,
  isProblem,
  loinc,
  minutesAgo,
  NOWHERE,
  paracetamol,
  quantity,
  snomed,
  systolic,
} from './support/records.js';

let app: TestApp;
let clinician: Clinician;
let client: Client;
let patient: string;

beforeAll(async () => {
  app = await startTestApp();
  clinician = Clinician.at(app);
  client = clinician.client;
});
afterAll(() => app.close());
beforeEach(async () => (patient = await clinician.registerPatient()));

const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id);
const chart = async (asOf?: string) =>
  (await clinician.read(`/v1/patients/${patient}/chart${asOf ? `?asOf=${asOf}` : ''}`)).body;

describe('GET /v1/patients/{id}/chart', () => {
  it('is empty for a new patient', async () =>
    expect(await clinician.read(`/v1/patients/${patient}/chart`)).toMatchObject({
      status: 200,
      body: {
        patientId: patient,
        deceasedAt: null,
        problems: [],
        allergies: [],
        medications: [],
        vitals: [],
        immunizations: [],
        encounters: [],
        allowedActions: expect.arrayContaining(['record-condition']),
      },
    }));

  it('shows everything that matters in one call', async () => {
    const encounterId = await clinician.startEncounter(patient);
    const past = await clinician.recordCondition(patient, { code: asthma, abatement: '2021-01-01' });
    const active = await clinician.recordCondition(patient, { encounterId });
    await clinician.recordCondition(patient, { verificationStatus: 'refuted' });
    const allergy = await clinician.created(`/v1/patients/${patient}/allergies`, { code: snomed('300913006') });
    const order = await clinician.created(`/v1/patients/${patient}/medication-orders`, { code: paracetamol });
    await clinician.created(`/v1/patients/${patient}/medication-orders`, { code: paracetamol, status: 'stopped' });
    const shot = await clinician.created(`/v1/patients/${patient}/immunizations`, {
      code: cvx('140'),
      occurredAt: '2020-10-01',
    });
    await clinician.recordObservations(patient, minutesAgo(60), [bloodPressure(150, 95)]);
    await clinician.recordObservations(patient, minutesAgo(5), [
      bloodPressure(128, 82),
      { code: loinc('2339-0', 'Glucose'), value: quantity(90, 'mg/dL') },
    ]);

    const body = await chart();
    expect(ids(body.problems)).toEqual([active, past]);
    expect(ids(body.allergies)).toEqual([allergy]);
    expect(ids(body.medications)).toEqual([order]);
    expect(ids(body.immunizations)).toEqual([shot]);
    expect(ids(body.encounters)).toEqual([encounterId]);
    expect(body.vitals).toMatchObject([
      { code: { code: '8462-4' }, value: { quantity: { value: 82 } } },
      { code: { code: '8480-6' }, value: { quantity: { value: 128 } } },
    ]);
  });

  it('loses what was entered in error, and falls back to the value before', async () => {
    await clinician.recordObservations(patient, minutesAgo(60), [bloodPressure(150, 95)]);
    const wrong = await clinician.recordObservations(patient, minutesAgo(5), [bloodPressure(12, 8)]);
    const condition = await clinician.recordCondition(patient);
    await client.post(`/v1/observations/${wrong}/entered-in-error`, { reason: 'decimal point' });
    await client.post(`/v1/conditions/${condition}/entered-in-error`, { reason: 'wrong patient' });

    const body = await chart();
    expect(body.problems).toEqual([]);
    expect(body.vitals).toMatchObject([
      { value: { quantity: { value: 95 } } },
      { value: { quantity: { value: 150 } } },
    ]);
  });

  it('can be seen as it was at a past moment', async () => {
    const condition = await clinician.recordCondition(patient);
    await clinician.recordObservations(patient, minutesAgo(5), [bloodPressure(128, 82)]);
    const before = await app.momentBetween();
    await client.post(`/v1/conditions/${condition}/resolution`, {});
    const between1 = await app.momentBetween();
    await client.post(`/v1/conditions/${condition}/entered-in-error`, { reason: 'wrong patient' });
    await clinician.recordObservations(patient, minutesAgo(4), [bloodPressure(110, 70)]);

    expect(await chart(before)).toMatchObject({
      problems: [{ id: condition, clinicalStatus: 'active', version: 1 }],
      vitals: [{ value: { quantity: { value: 82 } } }, { value: { quantity: { value: 128 } } }],
    });
    expect(await chart(between1)).toMatchObject({ problems: [{ clinicalStatus: 'resolved', version: 2 }] });
    expect(await chart(new Date().toISOString())).toEqual(await chart());
    expect(await clinician.read(`/v1/patients/${patient}/chart?asOf=2020-01-01T00:00:00Z`)).toMatchObject(
      isProblem(404, 'patient-not-found'),
    );
  });

  it('shows now exactly what the log says', async () => {
    await clinician.startEncounter(patient);
    await clinician.recordCondition(patient);
    await clinician.recordCondition(patient, { code: asthma, abatement: '2021-01-01' });
    await clinician.created(`/v1/patients/${patient}/allergies`, { code: snomed('300913006') });
    await clinician.created(`/v1/patients/${patient}/medication-orders`, { code: paracetamol });
    await clinician.created(`/v1/patients/${patient}/immunizations`, { code: cvx('140'), occurredAt: '2020-10-01' });
    // Two panels of one moment: which is the last must not depend on where one looks.
    const at = minutesAgo(5);
    await clinician.recordObservations(patient, at, [bloodPressure(128, 82)]);
    await clinician.recordObservations(patient, at, [bloodPressure(118, 72)]);
    await app.client('practitioner').post(`/v1/patients/${patient}/death`, { deceasedAt: minutesAgo(1) });
    expect(await chart(await app.momentBetween())).toEqual(await chart());
  });

  it('answers a token with what that command wrote', async () => {
    const { headers, body } = await client.post(`/v1/patients/${patient}/conditions`, { code: hypertension });
    const answer = await client.get(`/v1/patients/${patient}/chart`, {
      'consistency-token': headers.get('consistency-token') ?? '',
    });
    expect(ids(answer.body.problems)).toEqual([body.id]);
  });
});

describe.each(['chart', 'timeline', 'observations/trend?code=http://loinc.org|8480-6'])(
  'GET /v1/patients/{id}/%s',
  (page) => {
    it('is for clinicians and the patient', async () => {
      await app.settle();
      const path = `/v1/patients/${patient}/${page}`;
      expect(await client.get(path)).toMatchObject({ status: 200 });
      expect(await app.client('admin').get(path)).toMatchObject({ status: 200 });
      expect(await app.client('patient', patient).get(path)).toMatchObject({ status: 200 });
      expect(await app.client('patient', NOWHERE).get(path)).toMatchObject(isProblem(403, 'not-your-record'));
      expect(await app.client('receptionist').get(path)).toMatchObject({ status: 403 });
      expect(await app.client().get(path)).toMatchObject({ status: 401 });
    });

    it('is not there for an unknown patient', async () => {
      expect(await client.get(`/v1/patients/${NOWHERE}/${page}`)).toMatchObject(isProblem(404, 'patient-not-found'));
      expect(await client.get(`/v1/patients/42/${page}`)).toMatchObject(isProblem(400, 'invalid-id'));
    });
  },
);

describe('GET /v1/patients/{id}/timeline', () => {
  const timeline = (query = '') => clinician.read(`/v1/patients/${patient}/timeline${query}`);

  it('is read page by page, the latest first, whatever happened at one moment', async () => {
    const expected: string[] = [];
    for (const year of [2001, 2002, 2003, 2003, 2003, 2004]) {
      expected.push(await clinician.recordCondition(patient, { onset: `${year}-06-01` }));
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await timeline(`?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...ids(body.items));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(6);
    expect(seen[0]).toBe(expected[5]);
    expect(seen.toSorted()).toEqual(expected.toSorted());
    expect(seen.at(-1)).toBe(expected[0]);
  });

  it('can be of some types only', async () => {
    const encounterId = await clinician.startEncounter(patient);
    const condition = await clinician.recordCondition(patient);
    await clinician.recordObservations(patient, minutesAgo(5), [bloodPressure(128, 82)]);
    expect(ids((await timeline('?types=encounter,condition')).body.items)).toEqual([encounterId, condition]);
    expect(ids((await timeline('?types=condition')).body.items)).toEqual([condition]);
    expect(await timeline('?types=weather')).toMatchObject({ status: 400 });
    expect(await timeline('?types=')).toMatchObject({ status: 400 });
  });

  it('shows what was entered in error only when asked, and says so', async () => {
    const kept = await clinician.recordCondition(patient, { onset: '2019-01-01' });
    const wrong = await clinician.recordCondition(patient, { onset: '2020-01-01' });
    await client.post(`/v1/conditions/${wrong}/entered-in-error`, { reason: 'wrong patient' });
    expect(ids((await timeline()).body.items)).toEqual([kept]);
    expect((await timeline('?includeEnteredInError=true')).body.items).toMatchObject([
      { id: wrong, enteredInError: true, status: 'entered-in-error' },
      { id: kept, enteredInError: false },
    ]);
  });

  it.each(['limit=0', 'limit=201', 'limit=ten', 'cursor=abc', 'includeEnteredInError=perhaps', 'colour=red'])(
    'refuses %s',
    async (query) => expect(await timeline(`?${query}`)).toMatchObject({ status: 400 }),
  );
});

describe('GET /v1/patients/{id}/observations/trend', () => {
  const trend = (query: string) => clinician.read(`/v1/patients/${patient}/observations/trend?${query}`);
  const code = `code=${encodeURIComponent(`${systolic.system}|${systolic.code}`)}`;

  beforeEach(async () => {
    await clinician.recordObservations(patient, '2024-03-01T09:00:00Z', [bloodPressure(130, 80)]);
    await clinician.recordObservations(patient, '2022-03-01T09:00:00Z', [bloodPressure(150, 95)]);
    await clinician.recordObservations(patient, '2023-03-01T09:00:00Z', [
      { code: systolic, value: quantity(140, 'mm[Hg]', 'mmHg') },
      { code: loinc('72166-2'), value: { string: 'never smoked' } },
    ]);
  });

  it('is the oldest first, by itself or as a component', async () => {
    const { body } = await trend(code);
    expect(body.items).toMatchObject([
      { at: '2022-03-01T09:00:00.000Z', value: 150, unit: 'mmHg', observationId: expect.any(String) },
      { at: '2023-03-01T09:00:00.000Z', value: 140 },
      { at: '2024-03-01T09:00:00.000Z', value: 130 },
    ]);
    expect(body.nextCursor).toBeNull();
    expect(await client.get(`/v1/observations/${body.items[0].observationId}`)).toMatchObject({ status: 200 });
  });

  it('is read page by page, and between two moments', async () => {
    const first = await trend(`${code}&limit=2`);
    expect(first.body.items).toHaveLength(2);
    const second = await trend(`${code}&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ value: 130 }], nextCursor: null });
    const between = await trend(`${code}&from=2022-06-01T00:00:00Z&to=2023-06-01T00:00:00Z`);
    expect(between.body.items).toMatchObject([{ value: 140 }]);
  });

  it('holds numbers only, and nothing that was entered in error', async () => {
    expect((await trend(`code=${encodeURIComponent('http://loinc.org|72166-2')}`)).body.items).toEqual([]);
    const wrong = await clinician.recordObservations(patient, '2025-03-01T09:00:00Z', [bloodPressure(13, 8)]);
    await client.post(`/v1/observations/${wrong}/entered-in-error`, { reason: 'decimal point' });
    expect((await trend(code)).body.items).toHaveLength(3);
  });

  it('needs a code', async () => {
    expect(await trend('')).toMatchObject({ status: 400 });
    expect(await trend('code=8480-6')).toMatchObject({ status: 400 });
    expect(await trend(`${code}&cursor=nonsense`)).toMatchObject(isProblem(400, 'invalid-cursor'));
  });
});
