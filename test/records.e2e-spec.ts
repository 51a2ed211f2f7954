import { CommandBus } from '@nestjs/cqrs';
import { newId } from '../src/event-sourcing/index.js';
import { RecordCondition } from '../src/records/commands/record-condition.js';
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

/** What is recorded of a patient: where, and a body that will do. */
const kinds = [
  { kind: 'conditions', body: { code: hypertension, onset: '2019-04-03' } },
  { kind: 'allergies', body: { code: snomed('300913006', 'Shellfish allergy'), category: ['food'] } },
  { kind: 'medication-orders', body: { code: paracetamol, dosage: { text: 'one tablet at night' } } },
  { kind: 'observations', body: { effectiveAt: minutesAgo(5), observations: [bloodPressure(128, 82)] } },
  { kind: 'immunizations', body: { code: cvx('140', 'Influenza'), occurredAt: minutesAgo(5), lotNumber: 'AB-17' } },
];

describe.each(kinds)('POST /v1/patients/{id}/$kind', ({ kind, body }) => {
  const path = () => `/v1/patients/${patient}/${kind}`;

  it('records an entry that can be read at its Location', async () => {
    const answer = await client.post(path(), body);
    expect(answer).toMatchObject({ status: 201, body: { version: 1 } });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('location')).toBe(`/v1/${kind}/${answer.body.id}`);

    const token = answer.headers.get('consistency-token') ?? '';
    const entry = await client.get(`/v1/${kind}/${answer.body.id}`, { 'consistency-token': token });
    expect(entry).toMatchObject({
      status: 200,
      body: { id: answer.body.id, patientId: patient, version: 1, recordedBy: expect.any(String) },
    });
    expect(entry.headers.get('etag')).toBe('"1"');
    expect(entry.body.allowedActions).toContain('mark-entered-in-error');
  });

  it('answers the entry itself when asked to', async () => {
    const answer = await client.post(path(), body, { prefer: 'return=representation' });
    expect(answer).toMatchObject({ status: 201, body: { patientId: patient, version: 1 } });
  });

  it('takes entries of an encounter until it is finished', async () => {
    const encounterId = await clinician.startEncounter(patient);
    expect(await client.post(path(), { ...body, encounterId })).toMatchObject({ status: 201 });

    await client.post(`/v1/encounters/${encounterId}/finish`, {});
    const late = await client.post(path(), { ...body, encounterId });
    expect(late).toMatchObject(isProblem(409, 'encounter-finished'));
  });

  it('refuses an encounter that is of somebody else, in error, or not there', async () => {
    const other = await clinician.registerPatient('Byron');
    const encounterId = await clinician.startEncounter(other);
    expect(await client.post(path(), { ...body, encounterId })).toMatchObject(
      isProblem(409, 'encounter-of-another-patient'),
    );
    const mistaken = await clinician.startEncounter(patient);
    await client.post(`/v1/encounters/${mistaken}/entered-in-error`, { reason: 'not here' });
    expect(await client.post(path(), { ...body, encounterId: mistaken })).toMatchObject(
      isProblem(409, 'encounter-entered-in-error'),
    );
    expect(await client.post(path(), { ...body, encounterId: NOWHERE })).toMatchObject(
      isProblem(404, 'encounter-not-found'),
    );
  });

  it('refuses a patient that is unknown, or was entered in error', async () => {
    expect(await client.post(`/v1/patients/${NOWHERE}/${kind}`, body)).toMatchObject(
      isProblem(404, 'patient-not-found'),
    );
    await app.client('admin').post(`/v1/patients/${patient}/entered-in-error`, { reason: 'registered twice' });
    expect(await client.post(path(), body)).toMatchObject(isProblem(409, 'patient-entered-in-error'));
  });

  it('is for clinicians', async () => {
    expect(await app.client().post(path(), body)).toMatchObject({ status: 401 });
    expect(await app.client('receptionist').post(path(), body)).toMatchObject({ status: 403 });
    expect(await app.client('patient', patient).post(path(), body)).toMatchObject({ status: 403 });
    expect(await app.client('admin').post(path(), body)).toMatchObject({ status: 201 });
  });

  it('refuses what it does not know', async () => {
    expect(await client.post(path(), { ...body, colour: 'red' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/colour' }] },
    });
    expect(await client.post(path(), {})).toMatchObject({ status: 400 });
    expect(await client.post(`/v1/patients/42/${kind}`, body)).toMatchObject(isProblem(400, 'invalid-id'));
  });
});

describe.each(kinds)('/v1/$kind/{id}', ({ kind, body }) => {
  let id: string;
  beforeEach(async () => (id = await clinician.created(`/v1/patients/${patient}/${kind}`, body)));

  it('is read by clinicians, and by the patient alone', async () => {
    await app.settle();
    const mine = await app.client('patient', patient).get(`/v1/${kind}/${id}`);
    expect(mine).toMatchObject({ status: 200, body: { allowedActions: [] } });
    expect(await app.client('patient', NOWHERE).get(`/v1/${kind}/${id}`)).toMatchObject(
      isProblem(403, 'not-your-record'),
    );
    expect(await app.client('receptionist').get(`/v1/${kind}/${id}`)).toMatchObject({ status: 403 });
    expect(await client.get(`/v1/${kind}/${NOWHERE}`)).toMatchObject({ status: 404 });
  });

  it('can be marked as entered in error, once and for all', async () => {
    const answer = await client.post(`/v1/${kind}/${id}/entered-in-error`, { reason: 'wrong patient' });
    expect(answer).toMatchObject({ status: 200, body: { id, version: 2 } });

    const { body: entry } = await clinician.read(`/v1/${kind}/${id}`);
    expect(entry).toMatchObject({ enteredInError: { reason: 'wrong patient' }, version: 2, allowedActions: [] });
    expect(entry.status ?? entry.verificationStatus).toBe('entered-in-error');
    expect(entry.clinicalStatus).toBeUndefined();

    expect(await client.post(`/v1/${kind}/${id}/entered-in-error`, { reason: 'again' })).toMatchObject(
      isProblem(409, 'already-entered-in-error'),
    );
  });

  it('is marked in the version that was read', async () => {
    const stale = await client.post(`/v1/${kind}/${id}/entered-in-error`, { reason: 'x' }, { 'if-match': '"7"' });
    expect(stale).toMatchObject(isProblem(412, 'version-mismatch'));
    const right = await client.post(`/v1/${kind}/${id}/entered-in-error`, { reason: 'x' }, { 'if-match': '"1"' });
    expect(right).toMatchObject({ status: 200 });
  });

  it('is not marked without a reason, by somebody else, or where it is not', async () => {
    const path = `/v1/${kind}/${id}/entered-in-error`;
    expect(await client.post(path, {})).toMatchObject({ status: 400, body: { errors: [{ pointer: '/reason' }] } });
    expect(await app.client('receptionist').post(path, { reason: 'x' })).toMatchObject({ status: 403 });
    expect(await client.post(`/v1/${kind}/${NOWHERE}/entered-in-error`, { reason: 'x' })).toMatchObject({
      status: 404,
    });
  });
});

// prettier-ignore
const faults: [string, object, string, string][] = [
  ['conditions', { code: snomed('38341004') }, 'invalid-code', '/code/code'],
  ['conditions', { code: { system: 'icd', code: 'I10' } }, 'invalid-code', '/code/system'],
  ['conditions', { code: hypertension, onset: '2999-01-01' }, 'effective-in-future', '/onset'],
  ['conditions', { code: hypertension, onset: '1066-10-14' }, 'invalid-time', '/onset'],
  ['conditions', { code: hypertension, onset: '2020-05-01', abatement: '2020-01-01' }, 'ends-before-start', '/abatement'],
  ['conditions', { code: hypertension, clinicalStatus: 'active', abatement: '2020-01-01' }, 'active-condition-abated', '/abatement'],
  ['allergies', { code: hypertension, reactions: [{ manifestation: snomed('1') }] }, 'invalid-code', '/reactions/0/manifestation/code'],
  ['medication-orders', { code: paracetamol, dosage: { dose: { value: 1, code: 'one tablet' } } }, 'invalid-unit', '/dosage/dose/code'],
  ['observations', { effectiveAt: minutesAgo(-10), observations: [bloodPressure(1, 1)] }, 'effective-in-future', '/effectiveAt'],
  ['observations', panelOf({ code: loinc('8480-6') }), 'no-value', '/observations/0/value'],
  ['observations', panelOf({ code: loinc('8480-6'), value: { integer: 1, string: 'a' } }), 'one-value', '/observations/0/value'],
  ['observations', panelOf({ code: loinc('8480-7'), value: { integer: 1 } }), 'invalid-code', '/observations/0/code/code'],
  ['observations', panelOf({ code: loinc('8480-6'), value: quantity(1, 'mm Hg') }), 'invalid-unit', '/observations/0/value/quantity/code'],
  ['observations', panelOf({ code: loinc('8480-6'), value: { integer: 1 }, referenceRange: { low: 2, high: 1 } }), 'invalid-range', '/observations/0/referenceRange'],
  ['immunizations', { code: cvx('flu'), occurredAt: '2020-01-01' }, 'invalid-code', '/code/code'],
];

function panelOf(...observations: object[]) {
  return { effectiveAt: minutesAgo(1), observations };
}

describe('the codes, times and values of an entry', () => {
  it.each(faults)('refuses of %s %j with %s', async (kind, body, code, pointer) => {
    const answer = await client.post(`/v1/patients/${patient}/${kind}`, body);
    expect(answer).toMatchObject({ status: 400, body: { code, errors: [{ pointer }] } });
  });
});

it('takes null for what was left out', async () => {
  const nothing = { onset: null, abatement: null, clinicalStatus: null, severity: null, encounterId: null };
  const answer = await client.post(
    `/v1/patients/${patient}/conditions`,
    { code: { ...hypertension, text: null }, ...nothing },
    { prefer: 'return=representation' },
  );
  expect(answer).toMatchObject({ status: 201, body: { clinicalStatus: 'active' } });
  for (const field of [...Object.keys(nothing).slice(0, 2), 'severity', 'encounterId']) {
    expect(answer.body).not.toHaveProperty(field);
  }
  // An override that gives no reason is none.
  const order = { code: paracetamol, overrideReason: null };
  await client.post(`/v1/patients/${patient}/medication-orders`, order);
  expect(await client.post(`/v1/patients/${patient}/medication-orders`, order)).toMatchObject(
    isProblem(409, 'duplicate-therapy'),
  );
});

describe('POST /v1/conditions/{id}/resolution', () => {
  it('resolves an active condition', async () => {
    const id = await clinician.recordCondition(patient);
    expect(await client.post(`/v1/conditions/${id}/resolution`, { abatement: '2024-05-01' })).toMatchObject({
      status: 200,
      body: { id, version: 2 },
    });
    expect(await clinician.read(`/v1/conditions/${id}`)).toMatchObject({
      body: { clinicalStatus: 'resolved', abatement: '2024-05-01', allowedActions: ['mark-entered-in-error'] },
    });
  });

  it('needs no body: it is over now', async () => {
    const id = await clinician.recordCondition(patient);
    expect(await client.post(`/v1/conditions/${id}/resolution`)).toMatchObject({ status: 200 });
  });

  it('refuses what is not active, not there, or not possible', async () => {
    const id = await clinician.recordCondition(patient);
    const path = `/v1/conditions/${id}/resolution`;
    expect(await client.post(path, { abatement: '2010-01-01' })).toMatchObject(isProblem(400, 'ends-before-start'));
    expect(await client.post(path, { abatement: '2999-01-01' })).toMatchObject(isProblem(400, 'effective-in-future'));
    await client.post(path, {});
    expect(await client.post(path, {})).toMatchObject(isProblem(409, 'condition-not-active'));
    expect(await client.post(`/v1/conditions/${NOWHERE}/resolution`, {})).toMatchObject(
      isProblem(404, 'condition-not-found'),
    );
    expect(await client.post(path, {}, { 'if-match': '"1"' })).toMatchObject(isProblem(412, 'version-mismatch'));
  });
});

describe('medication orders', () => {
  const path = () => `/v1/patients/${patient}/medication-orders`;
  const prescribe = (details: object = {}) => client.post(path(), { code: paracetamol, ...details });

  it('are stopped with a reason', async () => {
    const { body } = await prescribe({ authoredOn: minutesAgo(60) });
    expect(await client.post(`/v1/medication-orders/${body.id}/stop`, { reason: 'no longer needed' })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect(await clinician.read(`/v1/medication-orders/${body.id}`)).toMatchObject({
      body: { status: 'stopped', statusReason: 'no longer needed', allowedActions: ['mark-entered-in-error'] },
    });
  });

  it('are not stopped twice, without a reason, or before they began', async () => {
    const { body } = await prescribe({ authoredOn: minutesAgo(60) });
    const stop = `/v1/medication-orders/${body.id}/stop`;
    expect(await client.post(stop, {})).toMatchObject({ status: 400 });
    expect(await client.post(stop, { reason: 'x', stoppedAt: minutesAgo(90) })).toMatchObject(
      isProblem(400, 'ends-before-start'),
    );
    await client.post(stop, { reason: 'x' });
    expect(await client.post(stop, { reason: 'x' })).toMatchObject(isProblem(409, 'medication-not-active'));
    expect(await client.post(`/v1/medication-orders/${NOWHERE}/stop`, { reason: 'x' })).toMatchObject(
      isProblem(404, 'medication-order-not-found'),
    );
  });

  it('alert to what the patient has already, until it is stopped', async () => {
    const first = await prescribe();
    expect(await prescribe()).toMatchObject(isProblem(409, 'duplicate-therapy'));
    expect(await prescribe({ overrideReason: 'higher dose at night' })).toMatchObject({ status: 201 });
    expect(await prescribe()).toMatchObject(isProblem(409, 'duplicate-therapy'));

    const other = await clinician.registerPatient('Byron');
    expect(await client.post(`/v1/patients/${other}/medication-orders`, { code: paracetamol })).toMatchObject({
      status: 201,
    });

    const once = await clinician.registerPatient('Babbage');
    patient = once;
    const only = await prescribe();
    await client.post(`/v1/medication-orders/${only.body.id}/stop`, { reason: 'x' });
    const again = await prescribe();
    expect(again).toMatchObject({ status: 201 });
    await client.post(`/v1/medication-orders/${again.body.id}/entered-in-error`, { reason: 'x' });
    expect(await prescribe()).toMatchObject({ status: 201 });
    expect(first.status).toBe(201);
  });

  it('alert once when the same is prescribed many times at one moment', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => prescribe()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'duplicate-therapy')).toHaveLength(19);
  });

  it('alert to what the patient is allergic to, until that was an error', async () => {
    const allergy = await clinician.created(`/v1/patients/${patient}/allergies`, { code: paracetamol });
    expect(await prescribe()).toMatchObject(isProblem(409, 'drug-allergy'));
    expect(await prescribe({ overrideReason: 'tolerated since 2021' })).toMatchObject({ status: 201 });

    patient = await clinician.registerPatient('Byron');
    const mistaken = await clinician.created(`/v1/patients/${patient}/allergies`, { code: paracetamol });
    await client.post(`/v1/allergies/${mistaken}/entered-in-error`, { reason: 'x' });
    await clinician.created(`/v1/patients/${patient}/allergies`, { code: paracetamol, verificationStatus: 'refuted' });
    expect(await prescribe()).toMatchObject({ status: 201 });
    expect(allergy).toBeDefined();
  });

  it('of the past alert to nothing', async () => {
    expect(await prescribe({ status: 'stopped' })).toMatchObject({ status: 201 });
    expect(await prescribe({ status: 'completed' })).toMatchObject({ status: 201 });
    expect(await prescribe()).toMatchObject({ status: 201 });
  });

  it('are held when the patient dies', async () => {
    const active = await prescribe();
    const stopped = await prescribe({ code: { ...paracetamol, code: '310965' } });
    await client.post(`/v1/medication-orders/${stopped.body.id}/stop`, { reason: 'x' });

    await app.client('practitioner').post(`/v1/patients/${patient}/death`, { deceasedAt: minutesAgo(1) });
    expect(await clinician.read(`/v1/medication-orders/${active.body.id}`)).toMatchObject({
      body: { status: 'on-hold', statusReason: 'The patient has died.' },
    });
    expect(await clinician.read(`/v1/medication-orders/${stopped.body.id}`)).toMatchObject({
      body: { status: 'stopped' },
    });
  });
});

it('tells whoever brings an entry twice, and changes nothing', async () => {
  const commands = app.nest.get(CommandBus);
  const id = newId();
  const encounterId = await clinician.startEncounter(patient);
  const record = () => commands.execute(new RecordCondition(id, patient, { code: asthma, encounterId }));
  expect(await record()).toEqual({ id });
  await expect(record()).rejects.toMatchObject({ code: 'already-recorded', extensions: { id } });
  await client.post(`/v1/encounters/${encounterId}/finish`);
  await expect(record()).rejects.toMatchObject({ code: 'already-recorded' });
  expect((await clinician.read(`/v1/conditions/${id}`)).body).toMatchObject({ version: 1 });
});

it('keeps one entry of many requests with one key', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      client.post(
        `/v1/patients/${patient}/conditions`,
        { code: asthma },
        { 'idempotency-key': `asthma of ${patient}` },
      ),
    ),
  );
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
  expect(ids.size).toBe(1);
  const { body } = await clinician.read(`/v1/patients/${patient}/chart`);
  expect(body.problems).toHaveLength(1);
});
