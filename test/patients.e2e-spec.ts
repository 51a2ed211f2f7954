import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { RegisterPatient } from '../src/patients/commands/register-patient.js';
import { medicalRecordNumber } from '../src/patients/domain/medical-record-number.js';
import { startTestApp, type TestApp } from './support/app.js';
import type { Answer, Client } from './support/client.js';

const ada = {
  name: { family: 'Byron', given: ['Ada', 'Augusta'] },
  birthDate: '1980-02-29',
  gender: 'female',
  identifiers: [] as { system: string; value: string; type?: string }[],
  telecom: [{ system: 'phone', value: '+44 20 7946 0958', use: 'home' }],
  address: { line: ['12 St James’s Square'], city: 'London', postalCode: 'SW1Y 4LB', country: 'GB' },
};
const passport = () => ({ system: 'urn:oid:2.16.840.1.113883.4.330', value: randomUUID(), type: 'PPN' });

describe('patients', () => {
  let app: TestApp;
  let desk: Client;

  beforeAll(async () => {
    app = await startTestApp();
    desk = app.client('receptionist');
  });
  afterAll(() => app.close());

  const tokenOf = ({ headers }: Answer) => headers.get('consistency-token') ?? '';
  const etagOf = ({ headers }: Answer) => headers.get('etag') ?? '';
  const after = (answer: Answer) => ({ 'Consistency-Token': tokenOf(answer) });
  const ifMatch = (version: number | string) => ({ 'If-Match': `"${version}"` });

  const register = async (changes: object = {}): Promise<{ id: string; answer: Answer }> => {
    const answer = await desk.post('/v1/patients', { ...ada, ...changes });
    expect(answer.status).toBe(201);
    return { id: answer.body.id as string, answer };
  };
  const read = async (id: string, answer: Answer) => (await desk.get(`/v1/patients/${id}`, after(answer))).body;
  const expectProblem = (answer: Answer, status: number, code: string) => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
  };
  const demographics = (changes: object = {}) => {
    const { identifiers: _, ...rest } = ada;
    return { change: 'new', ...rest, ...changes };
  };

  describe('registering', () => {
    it('answers where the patient is, its number, version and token', async () => {
      const { id, answer } = await register();
      expect(answer.headers.get('location')).toBe(`/v1/patients/${id}`);
      expect(etagOf(answer)).toBe('"1"');
      expect(tokenOf(answer)).toMatch(/^\d+$/);
      expect(answer.body).toEqual({ id, version: 1, mrn: expect.stringMatching(/^\d{8,}$/) });
    });

    it('is read at once with the token', async () => {
      const { id, answer } = await register();
      const { status, body, headers } = await desk.get(`/v1/patients/${id}`, after(answer));
      expect(status).toBe(200);
      expect(headers.get('etag')).toBe('"1"');
      expect(body).toMatchObject({
        id,
        version: 1,
        mrn: answer.body.mrn,
        name: ada.name,
        birthDate: ada.birthDate,
        gender: 'female',
        telecom: ada.telecom,
        address: ada.address,
        identifiers: [{ system: 'urn:anamnesis:mrn', value: answer.body.mrn, type: 'MR' }],
        retiredIdentifiers: [],
        deceasedAt: null,
        enteredInError: false,
        allowedActions: [
          'change-demographics',
          'assign-identifier',
          'retire-identifier',
          'record-death',
          'mark-entered-in-error',
        ],
      });
    });

    it('answers the patient itself when asked to', async () => {
      const answer = await desk.post('/v1/patients', ada, { Prefer: 'return=representation' });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ version: 1, name: ada.name, enteredInError: false });
    });

    it('keeps a medical record number that is given', async () => {
      const mrn = { system: 'urn:anamnesis:mrn', value: `OLD-${randomUUID()}` };
      const { id, answer } = await register({ identifiers: [mrn] });
      expect(answer.body.mrn).toBe(mrn.value);
      expect(await read(id, answer)).toMatchObject({ mrn: mrn.value, identifiers: [mrn] });
    });

    it('assigns another number where the next one was given to somebody', async () => {
      const { answer } = await register();
      const n = Math.floor(Number(answer.body.mrn) / 10);
      await register({ identifiers: [medicalRecordNumber(n + 1)] });
      const { answer: next } = await register();
      expect(next.body.mrn).toBe(medicalRecordNumber(n + 2).value);
    });

    it('registers an id once, for imports that are run again', async () => {
      const bus = app.nest.get(CommandBus);
      const id = randomUUID();
      const registration = { ...ada, gender: 'female', telecom: [], identifiers: [passport()] } as const;
      await bus.execute(new RegisterPatient(id, registration));
      await expect(bus.execute(new RegisterPatient(id, registration))).rejects.toMatchObject({
        code: 'patient-already-registered',
      });
      expect((await desk.get(`/v1/patients/${id}/history`)).body.items).toHaveLength(1);
    });

    it('gives an identifier to one of twenty who claim it at once', async () => {
      const identifiers = [passport()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => desk.post('/v1/patients', { ...ada, identifiers })),
      );
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
      for (const answer of answers.filter(({ status }) => status === 409)) {
        expectProblem(answer, 409, 'identifier-taken');
        expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/identifiers/0' })]);
        expect(JSON.stringify(answer.body)).not.toContain(identifiers[0]?.value);
      }
      const found = await desk.get(
        `/v1/patients?identifier=${encodeURIComponent(`${identifiers[0]?.system}|${identifiers[0]?.value}`)}`,
        after(answers.find(({ status }) => status === 201) as Answer),
      );
      expect(found.body.items).toHaveLength(1);
    });

    it('claims the same two identifiers in any order without a deadlock', async () => {
      const [a, b] = [passport(), passport()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          desk.post('/v1/patients', { ...ada, identifiers: i % 2 ? [a, b] : [b, a] }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    });

    it('does it once for one Idempotency-Key', async () => {
      const key = { 'Idempotency-Key': randomUUID() };
      const first = await desk.post('/v1/patients', ada, key);
      const again = await desk.post('/v1/patients', ada, key);
      expect(again.body).toEqual(first.body);
      expectProblem(await desk.post('/v1/patients', { ...ada, gender: 'other' }, key), 422, 'idempotency-key-reused');
    });

    it.each<[string, object, string]>([
      ['no name', { name: undefined }, '/name'],
      ['an empty family name', { name: { family: ' ' } }, '/name/family'],
      ['NUL in a name', { name: { family: 'By\0ron' } }, '/name/family'],
      ['half a surrogate pair', { name: { family: 'By\ud800ron' } }, '/name/family'],
      ['a number as a given name', { name: { family: 'Byron', given: [1] } }, '/name/given'],
      ['a date that is none', { birthDate: '1981-02-29' }, '/birthDate'],
      ['part of a date', { birthDate: '1980-02' }, '/birthDate'],
      ['a birth too long ago', { birthDate: '1874-12-31' }, '/birthDate'],
      ['a birth in the future', { birthDate: '2999-01-01' }, '/birthDate'],
      ['a gender that is none', { gender: 'f' }, '/gender'],
      ['a contact system that is none', { telecom: [{ system: 'pigeon', value: '1' }] }, '/telecom/0/system'],
      ['a system that is no URI', { identifiers: [{ system: 'ssn', value: '1' }] }, '/identifiers/0/system'],
      ['an unknown field', { nickname: 'Ada' }, '/nickname'],
      ['an unknown field in the address', { address: { street: 'x' } }, '/address/street'],
    ])('refuses %s', async (_, changes, pointer) => {
      const answer = await desk.post('/v1/patients', { ...ada, ...changes });
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    });

    it('refuses the same identifier twice', async () => {
      const one = passport();
      const answer = await desk.post('/v1/patients', { ...ada, identifiers: [one, one] });
      expectProblem(answer, 400, 'identifier-given-twice');
    });

    it('takes null for what there is not, as it answers it', async () => {
      const { id, answer } = await register({
        address: null,
        telecom: null,
        name: { family: 'Mononym', prefix: null },
      });
      expect(await read(id, answer)).toMatchObject({
        name: { family: 'Mononym', given: [] },
        telecom: [],
        address: null,
      });
    });

    it('is for the staff', async () => {
      expectProblem(await app.client().post('/v1/patients', ada), 401, 'unauthenticated');
      expectProblem(await app.client('patient', randomUUID()).post('/v1/patients', ada), 403, 'role-not-allowed');
      expect((await app.client('practitioner').post('/v1/patients', ada)).status).toBe(201);
      expect((await app.client('admin').post('/v1/patients', ada)).status).toBe(201);
    });
  });

  describe('reading one', () => {
    it('answers 404 for nobody and 400 for what is no id', async () => {
      expectProblem(await desk.get(`/v1/patients/${randomUUID()}`), 404, 'patient-not-found');
      expectProblem(await desk.get('/v1/patients/42'), 400, 'invalid-id');
      expectProblem(await desk.get(`/v1/patients/${randomUUID()}?asOf=yesterday`), 400, 'validation-failed');
    });

    it('lets a patient see itself and nobody else', async () => {
      const { id, answer } = await register();
      const own = await app.client('patient', id).get(`/v1/patients/${id}`, after(answer));
      expect(own.status).toBe(200);
      expect(own.body.allowedActions).toEqual([]);
      const other = app.client('patient', randomUUID());
      expectProblem(await other.get(`/v1/patients/${id}`), 403, 'not-your-record');
      expectProblem(await other.get(`/v1/patients/${id}/history`), 403, 'not-your-record');
      expectProblem(await other.get('/v1/patients?name=byron'), 403, 'role-not-allowed');
    });

    it.each(['0999-12-31T23:59:59Z', '1000-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'])(
      'takes the moment %s for what it is',
      async (moment) => {
        const { id } = await register();
        const answer = await desk.get(`/v1/patients/${id}?asOf=${encodeURIComponent(moment)}`);
        expect(answer.status).toBeLessThan(500);
      },
    );

    it('shows it as it was recorded at a moment', async () => {
      const before = new Date(Date.now() - 60_000).toISOString();
      const { id, answer } = await register();
      const { registeredAt } = await read(id, answer);
      const changed = await desk.put(
        `/v1/patients/${id}/demographics`,
        demographics({ name: { family: 'Lovelace', given: ['Ada'] } }),
        ifMatch(1),
      );
      const { updatedAt } = await read(id, changed);

      const asOf = (moment: string) => desk.get(`/v1/patients/${id}?asOf=${encodeURIComponent(moment)}`);
      expectProblem(await asOf(before), 404, 'patient-not-found');
      expect((await asOf(registeredAt)).body).toMatchObject({ version: 1, name: ada.name });
      expect((await asOf(updatedAt)).body).toEqual(await read(id, changed));
    });
  });

  describe('demographics', () => {
    const put = (id: string, body: object, headers: Record<string, string> = ifMatch(1)) =>
      desk.put(`/v1/patients/${id}/demographics`, body, headers);

    it('are changed, and the version goes up', async () => {
      const { id } = await register();
      const answer = await put(id, demographics({ gender: 'other', address: undefined }));
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id, version: 2 });
      expect(etagOf(answer)).toBe('"2"');
      expect(await read(id, answer)).toMatchObject({ version: 2, gender: 'other', address: null });
    });

    it('stay when nothing is different', async () => {
      const { id } = await register();
      const answer = await put(id, demographics());
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id, version: 1 });
      expect((await desk.get(`/v1/patients/${id}/history`)).body.items).toHaveLength(1);
    });

    it('are written back as they were read', async () => {
      const { id, answer } = await register();
      const { name, birthDate, gender, telecom, address } = await read(id, answer);
      expect((await put(id, { change: 'new', name, birthDate, gender, telecom, address })).body.version).toBe(1);
    });

    it('need to know what they change', async () => {
      const { id } = await register();
      expectProblem(await put(id, demographics(), {}), 428, 'if-match-required');
      await put(id, demographics({ gender: 'other' }));
      const late = await put(id, demographics({ gender: 'male' }));
      expectProblem(late, 412, 'version-mismatch');
      expect(late.body.currentVersion).toBe(2);
    });

    it('let one of many writers with the same version win', async () => {
      const { id } = await register();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => put(id, demographics({ name: { family: `Writer${i}` } }))),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(412)]);
    });

    it('refuse what is no change at all, a bad date, and nobody', async () => {
      const { id } = await register();
      expectProblem(await put(id, demographics({ change: 'typo' })), 400, 'validation-failed');
      expectProblem(await put(id, demographics({ birthDate: '2999-01-01' })), 400, 'validation-failed');
      expectProblem(await put(randomUUID(), demographics()), 404, 'patient-not-found');
    });

    it('never put the birth after the death', async () => {
      const { id } = await register();
      await desk.post(`/v1/patients/${id}/death`, { deceasedAt: '2020-01-01T00:00:00Z' });
      const answer = await put(id, demographics({ change: 'correction', birthDate: '2021-01-01' }), ifMatch(2));
      expectProblem(answer, 409, 'death-before-birth');
    });
  });

  describe('identifiers', () => {
    const assign = (id: string, body: object) => desk.post(`/v1/patients/${id}/identifiers`, body);
    const retire = (id: string, body: object) => desk.post(`/v1/patients/${id}/identifiers/retirement`, body);

    it('are assigned, and assigned again without effect', async () => {
      const { id } = await register();
      const one = passport();
      const answer = await assign(id, one);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id, version: 2 });
      expect((await assign(id, one)).body.version).toBe(2);
      expect((await read(id, answer)).identifiers).toContainEqual(one);
    });

    it('belong to one patient, for ever', async () => {
      const one = passport();
      const { id } = await register({ identifiers: [one] });
      const { id: other } = await register();
      expectProblem(await assign(other, one), 409, 'identifier-taken');

      const retired = await retire(id, { system: one.system, value: one.value });
      expect(retired.body).toEqual({ id, version: 2 });
      expect(await read(id, retired)).toMatchObject({ retiredIdentifiers: [one] });
      expect((await retire(id, one)).body.version).toBe(2);
      expectProblem(await assign(id, one), 409, 'identifier-retired');
      expectProblem(await assign(other, one), 409, 'identifier-taken');
      expectProblem(await desk.post('/v1/patients', { ...ada, identifiers: [one] }), 409, 'identifier-taken');
    });

    it('are not retired when they are not there, nor the last medical record number', async () => {
      const { id, answer } = await register();
      expectProblem(await retire(id, passport()), 409, 'identifier-not-assigned');
      const mrn = { system: 'urn:anamnesis:mrn', value: answer.body.mrn as string };
      expectProblem(await retire(id, mrn), 409, 'last-medical-record-number');
    });

    it('need a URI as their system, and a patient', async () => {
      const { id } = await register();
      expectProblem(await assign(id, { system: 'ssn', value: '1' }), 400, 'identifier-system-invalid');
      expectProblem(await retire(id, { system: 'ssn', value: '1' }), 400, 'identifier-system-invalid');
      expectProblem(await assign(id, { system: 'urn:x' }), 400, 'validation-failed');
      expectProblem(await assign(randomUUID(), passport()), 404, 'patient-not-found');
      expectProblem(await retire(randomUUID(), passport()), 404, 'patient-not-found');
    });

    it('heed If-Match', async () => {
      const { id } = await register();
      expectProblem(await desk.post(`/v1/patients/${id}/identifiers`, passport(), ifMatch(7)), 412, 'version-mismatch');
    });
  });

  describe('death', () => {
    const die = (id: string, deceasedAt: string) => desk.post(`/v1/patients/${id}/death`, { deceasedAt });

    it('is recorded, reverted, and recorded again', async () => {
      const { id } = await register();
      const died = await die(id, '2026-01-01T10:00:00+02:00');
      expect(died.body).toEqual({ id, version: 2 });
      const deceased = await read(id, died);
      expect(deceased.deceasedAt).toBe('2026-01-01T08:00:00.000Z');
      expect(deceased.allowedActions).toContain('revert-death');
      expect((await die(id, '2026-01-01T08:00:00Z')).body.version).toBe(2);
      expectProblem(await die(id, '2026-01-02T08:00:00Z'), 409, 'patient-already-deceased');

      const reverted = await desk.post(`/v1/patients/${id}/death-reversal`, { reason: 'Another patient' });
      expect(reverted.body).toEqual({ id, version: 3 });
      expect((await read(id, reverted)).deceasedAt).toBeNull();
      expectProblem(await desk.post(`/v1/patients/${id}/death-reversal`, { reason: 'x' }), 409, 'patient-not-deceased');
      expect((await die(id, '2026-01-02T08:00:00Z')).body.version).toBe(4);
    });

    it('is after birth, not in the future, and somebody’s', async () => {
      const { id } = await register();
      expectProblem(await die(id, '1979-01-01T00:00:00Z'), 409, 'death-before-birth');
      expectProblem(await die(id, new Date(Date.now() + 3_600_000).toISOString()), 400, 'death-in-future');
      expectProblem(await die(id, '2020-01-01'), 400, 'validation-failed');
      expectProblem(await die(randomUUID(), '2020-01-01T00:00:00Z'), 404, 'patient-not-found');
      expectProblem(
        await desk.post(`/v1/patients/${randomUUID()}/death-reversal`, { reason: 'x' }),
        404,
        'patient-not-found',
      );
      expectProblem(await desk.post(`/v1/patients/${id}/death-reversal`, {}), 400, 'validation-failed');
    });
  });

  describe('entered in error', () => {
    it('ends all entries, hides from searches, and frees what belongs to somebody else', async () => {
      const [one, retired] = [passport(), passport()];
      const family = `Mistaken${Date.now()}`;
      const { id, answer: registered } = await register({ name: { family }, identifiers: [one, retired] });
      await desk.post(`/v1/patients/${id}/identifiers/retirement`, retired);
      const marked = await desk.post(`/v1/patients/${id}/entered-in-error`, { reason: 'Registered twice' });
      expect(marked.body).toEqual({ id, version: 3 });
      expect(await read(id, marked)).toMatchObject({ enteredInError: true, allowedActions: [] });
      expect((await desk.get(`/v1/patients?name=${family}`, after(marked))).body.items).toEqual([]);

      expectProblem(
        await desk.put(`/v1/patients/${id}/demographics`, demographics(), ifMatch(3)),
        409,
        'patient-entered-in-error',
      );
      for (const [task, body] of [
        ['identifiers', passport()],
        ['identifiers/retirement', one],
        ['death', { deceasedAt: '2020-01-01T00:00:00Z' }],
        ['death-reversal', { reason: 'x' }],
        ['entered-in-error', { reason: 'x' }],
      ] as const) {
        expectProblem(await desk.post(`/v1/patients/${id}/${task}`, body), 409, 'patient-entered-in-error');
      }

      await register({ identifiers: [one] });
      const mrn = { system: 'urn:anamnesis:mrn', value: registered.body.mrn as string };
      for (const kept of [mrn, retired]) {
        expectProblem(await desk.post('/v1/patients', { ...ada, identifiers: [kept] }), 409, 'identifier-taken');
      }
    });

    it('needs a reason, and a patient', async () => {
      const { id } = await register();
      expectProblem(await desk.post(`/v1/patients/${id}/entered-in-error`, {}), 400, 'validation-failed');
      const nobody = await desk.post(`/v1/patients/${randomUUID()}/entered-in-error`, { reason: 'x' });
      expectProblem(nobody, 404, 'patient-not-found');
    });
  });

  describe('history', () => {
    it('tells who did what when, and which fields are different since', async () => {
      const { id, answer } = await register();
      const doctor = app.client('practitioner');
      await doctor.put(
        `/v1/patients/${id}/demographics`,
        demographics({ change: 'correction', name: { family: 'Lovelace', given: ['Ada'] } }),
        { ...ifMatch(1), 'X-Purpose-Of-Use': 'TREAT' },
      );
      const one = passport();
      await desk.post(`/v1/patients/${id}/identifiers`, one);
      await desk.post(`/v1/patients/${id}/death`, { deceasedAt: '2026-01-01T08:00:00Z' });
      await desk.post(`/v1/patients/${id}/death-reversal`, { reason: 'Another patient' });

      const { status, body } = await desk.get(`/v1/patients/${id}/history`);
      expect(status).toBe(200);
      expect(body.nextCursor).toBeNull();
      expect(body.items.map(({ version, event }: { version: number; event: string }) => [version, event])).toEqual([
        [5, 'patient-death-reverted'],
        [4, 'patient-deceased'],
        [3, 'identifier-assigned'],
        [2, 'demographics-corrected'],
        [1, 'patient-registered'],
      ]);
      expect(body.items[0]).toMatchObject({
        reason: 'Another patient',
        changes: [{ pointer: '/deceasedAt', from: '2026-01-01T08:00:00.000Z', to: null }],
      });
      expect(body.items[2]).toMatchObject({ changes: [{ pointer: '/identifiers', from: null, to: one }] });
      expect(body.items[3]).toMatchObject({
        role: 'practitioner',
        purpose: 'TREAT',
        changes: [
          { pointer: '/name/family', from: 'Byron', to: 'Lovelace' },
          { pointer: '/name/given', from: ['Ada', 'Augusta'], to: ['Ada'] },
        ],
      });
      expect(body.items[4].role).toBe('receptionist');
      expect(body.items[4].changes).toContainEqual({ pointer: '/mrn', from: null, to: answer.body.mrn });
      expect(body.items[4].changes).toContainEqual({ pointer: '/address/city', from: null, to: 'London' });

      const first = (await desk.get(`/v1/patients/${id}/history?limit=2`)).body;
      const second = (await desk.get(`/v1/patients/${id}/history?limit=3&cursor=${first.nextCursor}`)).body;
      expect([...first.items, ...second.items]).toEqual(body.items);
      expect(second.nextCursor).toBeNull();
    });

    it('answers 404 for nobody, and 400 for a cursor that is none', async () => {
      expectProblem(await desk.get(`/v1/patients/${randomUUID()}/history`), 404, 'patient-not-found');
      const { id } = await register();
      expectProblem(await desk.get(`/v1/patients/${id}/history?cursor=nonsense`), 400, 'invalid-cursor');
    });

    it('is the patient’s own to read', async () => {
      const { id } = await register();
      expect((await app.client('patient', id).get(`/v1/patients/${id}/history`)).status).toBe(200);
    });
  });

  describe('search', () => {
    const find = (query: Record<string, string>, answer?: Answer) =>
      desk.get(`/v1/patients?${new URLSearchParams(query).toString()}`, answer && after(answer));
    const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id);

    it('finds names without regard to accents, case and order', async () => {
      const { id, answer } = await register({ name: { family: 'Müller-Lüdenscheidt', given: ['Zoë'] } });
      for (const name of ['muller', 'MÜLLER ludens', 'zoe mül', 'lüden z']) {
        expect(idsOf(await find({ name }, answer))).toContain(id);
      }
    });

    it('finds similar names when none begins so', async () => {
      const { id, answer } = await register({ name: { family: 'Katzenellenbogen', given: ['Quirin'] } });
      expect(idsOf(await find({ name: 'kazenelenbogen' }, answer))).toEqual([id]);
      expect(idsOf(await find({ name: 'kazenelenbogen', birthDate: ada.birthDate }, answer))).toEqual([id]);
      expect(idsOf(await find({ name: 'kazenelenbogen', birthDate: '1980-03-01' }, answer))).toEqual([]);
    });

    it('finds by birth date, identifier and telephone number, all of which must hold', async () => {
      const one = passport();
      const { id, answer } = await register({
        birthDate: '1933-05-07',
        identifiers: [one],
        telecom: [{ system: 'phone', value: '(555) 826-5697' }],
      });
      const identifier = `${one.system}|${one.value}`;
      expect(idsOf(await find({ birthDate: '1933-05-07' }, answer))).toEqual([id]);
      expect(idsOf(await find({ identifier }, answer))).toEqual([id]);
      expect(idsOf(await find({ phone: '+1 555 826 5697' }, answer))).toEqual([id]);
      expect(idsOf(await find({ identifier, phone: '8265697', name: 'byr', birthDate: '1933-05-07' }, answer))).toEqual(
        [id],
      );
      expect(idsOf(await find({ identifier, birthDate: '1933-05-08' }, answer))).toEqual([]);
    });

    it('forgets the name before, and keeps the numbers before', async () => {
      const [before, since] = ['Vorherig', 'Nachherig'];
      const one = passport();
      const { id } = await register({ name: { family: before, given: ['A', 'B', 'C'] }, identifiers: [one] });
      const changed = await desk.put(
        `/v1/patients/${id}/demographics`,
        demographics({ name: { family: since } }),
        ifMatch(1),
      );
      const retired = await desk.post(`/v1/patients/${id}/identifiers/retirement`, one);
      expect(idsOf(await find({ name: before }, changed))).toEqual([]);
      expect(idsOf(await find({ name: since }, changed))).toEqual([id]);
      expect(idsOf(await find({ identifier: one.value }, retired))).toEqual([id]);
    });

    it('gives every patient once, page by page, while others are registered', async () => {
      let last: Answer | undefined;
      const expected = new Set<string>();
      for (let i = 0; i < 65; i++) {
        const { id, answer } = await register({
          name: { family: `Seitz${'abc'[i % 3]}`, given: ['Seitzine', `N${i % 5}`] },
        });
        expected.add(id);
        last = answer;
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Answer = await find({ name: 'seitz', limit: '10', ...(cursor && { cursor }) }, last);
        expect(page.body.items.length).toBeLessThanOrEqual(10);
        seen.push(...idsOf(page));
        cursor = page.body.nextCursor;
        last = (await register({ name: { family: 'Seitza', given: ['Aaron'] } })).answer;
      } while (cursor);
      expect(new Set(seen).size).toBe(seen.length);
      expect([...expected].filter((id) => !seen.includes(id))).toEqual([]);
    });

    it.each<[Record<string, string>, string]>([
      [{ limit: '0' }, 'validation-failed'],
      [{ limit: '201' }, 'validation-failed'],
      [{ limit: 'x' }, 'validation-failed'],
      [{ cursor: 'nonsense' }, 'invalid-cursor'],
      [{ birthDate: '1980-13-01' }, 'validation-failed'],
      [{ phone: '12' }, 'phone-too-short'],
      [{ name: 'a\0b' }, 'invalid-text'],
      [{ identifier: 'a\0b' }, 'invalid-text'],
      [{ nameMatch: 'vague' }, 'validation-failed'],
      [{ surname: 'byron' }, 'validation-failed'],
    ])('refuses %j', async (query, code) => {
      expectProblem(await find(query), 400, code);
    });

    it.each(["' or 1=1; --", '%', '_', '\\', '*', '💥', '\u202e'])(
      'takes %j for a name like any other',
      async (name) => {
        const answer = await find({ name });
        expect(answer.status).toBe(200);
        expect(answer.body.items).toEqual([]);
      },
    );
  });
});
