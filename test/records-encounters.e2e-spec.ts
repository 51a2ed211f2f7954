import { sql } from '../src/database/sql.js';
import { startTestApp, type TestApp } from './support/app.js';
import type { Client } from './support/client.js';
import { bloodPressure, Clinician, hypertension, isProblem, minutesAgo, NOWHERE, snomed } from './support/records.js';

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

const encounter = (details: object = {}) => ({ patientId: patient, class: 'AMB', start: minutesAgo(10), ...details });

describe('POST /v1/encounters', () => {
  it('starts an encounter', async () => {
    const answer = await client.post('/v1/encounters', encounter({ class: 'EMER', reason: snomed('38341003') }));
    expect(answer).toMatchObject({ status: 201, body: { version: 1 } });
    expect(answer.headers.get('location')).toBe(`/v1/encounters/${answer.body.id}`);
    expect(await clinician.read(`/v1/encounters/${answer.body.id}`)).toMatchObject({
      status: 200,
      body: {
        patientId: patient,
        class: 'EMER',
        status: 'in-progress',
        reason: { code: '38341003' },
        entries: [],
        allowedActions: ['finish', 'mark-entered-in-error'],
      },
    });
  });

  it('refuses what cannot be', async () => {
    expect(await client.post('/v1/encounters', encounter({ class: 'XXX' }))).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/class' }] },
    });
    expect(await client.post('/v1/encounters', encounter({ start: minutesAgo(-10) }))).toMatchObject(
      isProblem(400, 'effective-in-future'),
    );
    expect(await client.post('/v1/encounters', encounter({ type: snomed('12') }))).toMatchObject(
      isProblem(400, 'invalid-code'),
    );
    expect(await client.post('/v1/encounters', encounter({ patientId: NOWHERE }))).toMatchObject(
      isProblem(404, 'patient-not-found'),
    );
    expect(await client.post('/v1/encounters', encounter({ appointmentId: NOWHERE }))).toMatchObject(
      isProblem(404, 'appointment-not-found'),
    );
    await app.client('admin').post(`/v1/patients/${patient}/entered-in-error`, { reason: 'registered twice' });
    expect(await client.post('/v1/encounters', encounter())).toMatchObject(isProblem(409, 'patient-entered-in-error'));
  });

  it('is for clinicians', async () => {
    expect(await app.client('receptionist').post('/v1/encounters', encounter())).toMatchObject({ status: 403 });
    expect(await app.client('patient', patient).post('/v1/encounters', encounter())).toMatchObject({ status: 403 });
  });
});

describe('GET /v1/encounters/{id}', () => {
  it('shows the entries in the order of time, without those entered in error', async () => {
    const encounterId = await clinician.startEncounter(patient);
    const first = await clinician.recordObservations(patient, minutesAgo(8), [bloodPressure(128, 82)], { encounterId });
    const second = await clinician.recordObservations(patient, minutesAgo(4), [bloodPressure(120, 80)], {
      encounterId,
    });
    const wrong = await clinician.recordCondition(patient, { encounterId });
    const chronic = await clinician.recordCondition(patient, { encounterId, code: hypertension });
    await clinician.recordCondition(patient);
    await client.post(`/v1/conditions/${wrong}/entered-in-error`, { reason: 'wrong patient' });

    const { body } = await clinician.read(`/v1/encounters/${encounterId}`);
    expect(body.entries.map(({ id }: { id: string }) => id)).toEqual([chronic, first, second]);
    expect(body.entries[1]).toMatchObject({ type: 'observation', title: 'Blood pressure panel 128 mmHg / 82 mmHg' });
  });

  it('is for clinicians and the patient', async () => {
    const id = await clinician.startEncounter(patient);
    await app.settle();
    expect(await app.client('patient', patient).get(`/v1/encounters/${id}`)).toMatchObject({ status: 200 });
    expect(await app.client('patient', NOWHERE).get(`/v1/encounters/${id}`)).toMatchObject(
      isProblem(403, 'not-your-record'),
    );
    expect(await app.client('receptionist').get(`/v1/encounters/${id}`)).toMatchObject({ status: 403 });
    expect(await client.get(`/v1/encounters/${NOWHERE}`)).toMatchObject(isProblem(404, 'encounter-not-found'));
  });
});

describe('POST /v1/encounters/{id}/finish', () => {
  it('finishes the encounter', async () => {
    const id = await clinician.startEncounter(patient);
    const end = minutesAgo(1);
    expect(await client.post(`/v1/encounters/${id}/finish`, { end })).toMatchObject({
      status: 200,
      body: { id, version: 2 },
    });
    expect(await clinician.read(`/v1/encounters/${id}`)).toMatchObject({
      body: { status: 'finished', end, allowedActions: ['mark-entered-in-error'] },
    });
  });

  it('refuses what cannot be', async () => {
    const id = await clinician.startEncounter(patient);
    const path = `/v1/encounters/${id}/finish`;
    expect(await client.post(path, { end: minutesAgo(20) })).toMatchObject(isProblem(400, 'ends-before-start'));
    expect(await client.post(path, { end: minutesAgo(-10) })).toMatchObject(isProblem(400, 'effective-in-future'));
    expect(await client.post(path, {}, { 'if-match': '"3"' })).toMatchObject(isProblem(412, 'version-mismatch'));
    expect(await client.post(path)).toMatchObject({ status: 200 });
    expect(await client.post(path)).toMatchObject(isProblem(409, 'encounter-not-in-progress'));
    expect(await client.post(`/v1/encounters/${NOWHERE}/finish`)).toMatchObject(isProblem(404, 'encounter-not-found'));
  });
});

it('takes no entry after it was finished, however close they come', async () => {
  const encounterId = await clinician.startEncounter(patient);
  const record = () => client.post(`/v1/patients/${patient}/conditions`, { code: hypertension, encounterId });
  const answers = await Promise.all([
    ...Array.from({ length: 15 }, record),
    client.post(`/v1/encounters/${encounterId}/finish`),
    ...Array.from({ length: 15 }, record),
  ]);
  for (const { status, body } of answers) {
    if (status !== 201 && status !== 200) expect({ status, body }).toMatchObject(isProblem(409, 'encounter-finished'));
  }
  const late = await app.database.query(
    sql`
      select 1 from write.events entry, write.events finished
      where entry.type = 'records.condition-recorded' and entry.data->>'encounterId' = $1
        and finished.type = 'records.encounter-finished' and finished.stream_id = $1::uuid
        and entry.position > finished.position`,
    [encounterId],
  );
  expect(late).toEqual([]);
});

describe('POST /v1/encounters/{id}/entered-in-error', () => {
  it('takes the encounter out of the chart, once', async () => {
    const id = await clinician.startEncounter(patient);
    const path = `/v1/encounters/${id}/entered-in-error`;
    expect(await client.post(path, { reason: 'wrong patient' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await client.post(path, { reason: 'again' })).toMatchObject(isProblem(409, 'already-entered-in-error'));
    expect(await clinician.read(`/v1/encounters/${id}`)).toMatchObject({
      body: { status: 'entered-in-error', enteredInError: { reason: 'wrong patient' }, allowedActions: [] },
    });
    expect((await clinician.read(`/v1/patients/${patient}/chart`)).body.encounters).toEqual([]);
  });
});

describe('the encounter of an appointment', () => {
  const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  let practitionerId: string;
  let serviceTypeId: string;
  let starts = Date.parse(`${new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)}T08:00:00Z`);

  beforeAll(async () => {
    const admin = app.client('admin');
    const weeklyHours = DAYS.map((day) => ({ day, from: '00:00', to: '24:00' }));
    const schedule = { resource: { type: 'practitioner', name: 'Dr. Who' }, timeZone: 'UTC', weeklyHours };
    practitionerId = (await admin.post('/v1/schedules', schedule)).body.id;
    serviceTypeId = (await admin.post('/v1/service-types', { name: 'Consultation', durationMinutes: 30 })).body.id;
  });

  const book = async () => {
    starts += 3_600_000;
    const start = new Date(starts).toISOString();
    const booking = { patientId: patient, serviceTypeId, resourceIds: [practitionerId], start };
    return clinician.created('/v1/appointments', booking);
  };
  const checkIn = (appointmentId: string) =>
    app.client('receptionist').post(`/v1/appointments/${appointmentId}/check-in`, {});
  const encounters = async () => (await clinician.read(`/v1/patients/${patient}/chart`)).body.encounters;

  it('starts by itself at check-in, and fulfils the appointment when it is finished', async () => {
    const appointmentId = await book();
    expect(await checkIn(appointmentId)).toMatchObject({ status: 200 });
    const [started] = await encounters();
    expect(started).toMatchObject({ appointmentId, practitionerId, class: 'AMB', status: 'in-progress' });
    expect(started.recordedBy).toBe('system');

    await client.post(`/v1/encounters/${started.id}/finish`);
    const appointment = await clinician.read(`/v1/appointments/${appointmentId}`);
    expect(appointment.body).toMatchObject({ status: 'fulfilled' });
  });

  it('is one, whoever starts it first', async () => {
    const appointmentId = await book();
    const id = await clinician.startEncounter(patient, { appointmentId, class: 'EMER' });
    await checkIn(appointmentId);
    expect(await encounters()).toMatchObject([{ id, class: 'EMER', version: 1 }]);

    expect(await client.post('/v1/encounters', encounter({ appointmentId }))).toMatchObject({
      status: 409,
      body: { code: 'encounter-already-started', encounterId: id },
    });
  });

  it('is one when many start it at one moment', async () => {
    const appointmentId = await book();
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => client.post('/v1/encounters', encounter({ appointmentId }))),
      checkIn(appointmentId),
    ]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await encounters()).toHaveLength(1);
  });

  it('is of the patient who has the appointment', async () => {
    const appointmentId = await book();
    patient = await clinician.registerPatient('Byron');
    expect(await client.post('/v1/encounters', encounter({ appointmentId }))).toMatchObject(
      isProblem(409, 'appointment-of-another-patient'),
    );
  });
});
