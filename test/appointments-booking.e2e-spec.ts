import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from './support/app.js';
import { Clinic, monday, plusMinutes } from './support/clinic.js';

const NOBODY = '018f0000-0000-7000-8000-00000000dead';

describe('booking', () => {
  let app: TestApp;
  let clinic: Clinic;
  let patientId: string;
  let serviceTypeId: string;
  let doctor: string;
  let room: string;

  beforeAll(async () => {
    app = await startTestApp();
    clinic = new Clinic(app);
    serviceTypeId = await clinic.service();
  });
  afterAll(() => app?.close());
  beforeEach(async () => {
    [patientId, doctor, room] = await Promise.all([clinic.patient(), clinic.schedule(), clinic.room()]);
  });

  const wanted = (start = monday('10:00'), changes: object = {}) => ({
    patientId,
    serviceTypeId,
    resourceIds: [doctor],
    start,
    ...changes,
  });
  const post = (path: string, body?: object, headers?: Record<string, string>) => clinic.desk.post(path, body, headers);

  describe('an appointment', () => {
    it('is booked, and can be read at once', async () => {
      const answer = await clinic.book(wanted());
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ id: expect.any(String), version: 1, warnings: [] });
      expect(answer.headers.get('location')).toBe(`/v1/appointments/${answer.body.id}`);
      expect(answer.headers.get('etag')).toBe('"1"');

      const token = answer.headers.get('consistency-token')!;
      const read = await clinic.desk.get(answer.headers.get('location')!, { 'consistency-token': token });
      expect(read.status).toBe(200);
      expect(read.headers.get('etag')).toBe('"1"');
      expect(read.body).toEqual({
        id: answer.body.id,
        version: 1,
        status: 'booked',
        patientId,
        serviceTypeId,
        serviceTypeName: 'Consultation',
        resources: [{ id: doctor, type: 'practitioner', name: 'Dr Amara Okafor' }],
        start: monday('10:00'),
        end: monday('10:30'),
        timeZone: 'UTC',
        localStart: `${monday('10:00').slice(0, 19)}+00:00`,
        hold: null,
        bookedAt: expect.any(String),
        cancellation: null,
        checkedInAt: null,
        missedAt: null,
        fulfilledAt: null,
        encounterId: null,
        allowedActions: ['reschedule', 'cancel', 'check-in', 'mark-no-show'],
      });
    });

    it('is answered whole to those who prefer it', async () => {
      const { status, body } = await clinic.book(wanted(), clinic.desk, { prefer: 'return=representation' });
      expect(status).toBe(201);
      expect(body).toMatchObject({ status: 'booked', patientId, start: monday('10:00') });
    });

    it('may start at any time, given in any offset', async () => {
      const start = monday('10:07').replace('T10:07:00.000Z', 'T12:07:00+02:00');
      const id = await clinic.booked(wanted(start));
      expect(await clinic.appointment(id)).toMatchObject({ start: monday('10:07'), end: monday('10:37') });
    });

    it('is refused where it overlaps with another, and told the next free slots', async () => {
      await clinic.booked(wanted(monday('10:00')));
      for (const start of [monday('10:00'), monday('09:45'), monday('10:29')]) {
        const { status, body } = await clinic.book(wanted(start));
        expect([status, body.code]).toEqual([409, 'time-taken']);
        expect(body.nextFreeSlots).toHaveLength(5);
        expect(body.nextFreeSlots[0]).toEqual({
          resourceIds: [doctor],
          start: monday('10:30'),
          end: monday('11:00'),
        });
      }
      expect((await clinic.book(wanted(monday('10:30')))).status).toBe(201);
      expect((await clinic.book(wanted(monday('09:30')))).status).toBe(201);
    });

    it('keeps its buffers free', async () => {
      const buffered = await clinic.service({ bufferBeforeMinutes: 5, bufferAfterMinutes: 10 });
      await clinic.booked(wanted(monday('10:00'), { serviceTypeId: buffered }));
      expect((await clinic.book(wanted(monday('10:35')))).body.code).toBe('time-taken');
      expect((await clinic.book(wanted(monday('09:26')))).body.code).toBe('time-taken');
      expect((await clinic.book(wanted(monday('10:40')))).status).toBe(201);
      expect((await clinic.book(wanted(monday('09:25')))).status).toBe(201);
    });

    it('takes all of its resources or none', async () => {
      await clinic.booked(wanted(monday('10:00'), { resourceIds: [room] }));
      const both = { resourceIds: [doctor, room] };
      const refused = await clinic.book(wanted(monday('10:00'), both));
      expect([refused.status, refused.body.code]).toEqual([409, 'time-taken']);
      expect(refused.body.nextFreeSlots[0]).toMatchObject({ resourceIds: [doctor, room], start: monday('10:30') });
      expect((await clinic.book(wanted(monday('10:00')))).status).toBe(201);
    });

    it.each([
      ['before it opens', '08:59'],
      ['over its closing time', '16:31'],
      ['in the night', '03:00'],
    ])('is refused %s, with the next free slots', async (_when, clock) => {
      const { status, body } = await clinic.book(wanted(monday(clock)));
      expect([status, body.code]).toEqual([409, 'outside-hours']);
      expect(body.nextFreeSlots).toHaveLength(5);
    });

    it('is refused in the past, below the notice and beyond the horizon', async () => {
      const terms = { minimumNoticeMinutes: 60 * 24 * 30, horizonDays: 40 };
      const strict = await clinic.service(terms);
      const code = async (start: string, changes?: object) => {
        const { status, body } = await clinic.book(wanted(start, changes));
        expect(status).toBe(409);
        return body.code as string;
      };
      expect(await code('2020-03-02T10:00:00Z')).toBe('too-soon');
      expect(await code(monday('10:00'), { serviceTypeId: strict })).toBe('too-soon');
      expect(await code(monday('10:00', 6), { serviceTypeId: strict })).toBe('beyond-horizon');
      expect(await code('9999-12-31T10:00:00Z')).toBe('beyond-horizon');
    });

    it.each([
      ['patient', { patientId: NOBODY }],
      ['service-type', { serviceTypeId: NOBODY }],
      ['schedule', { resourceIds: [NOBODY] }],
    ])('of no known %s is not found', async (what, changes) => {
      const { status, body } = await clinic.book(wanted(monday('10:00'), changes));
      expect([status, body.code]).toEqual([404, `${what}-not-found`]);
    });

    it('is not made of the id of something else', async () => {
      const codes = await Promise.all(
        [{ patientId: doctor }, { serviceTypeId: patientId }, { resourceIds: [serviceTypeId] }].map(
          async (changes) => (await clinic.book(wanted(monday('10:00'), changes))).body.code as string,
        ),
      );
      expect(codes).toEqual(['patient-not-found', 'service-type-not-found', 'schedule-not-found']);
    });

    it('warns of another appointment of the patient, or refuses it, as the service says', async () => {
      const other = await clinic.patient('Overlap');
      const strict = await clinic.service({ patientOverlap: 'refuse' });
      const first = await clinic.booked(wanted(monday('10:00'), { patientId: other }));
      const second = wanted(monday('10:15'), { patientId: other, resourceIds: [room] });
      const refused = await clinic.book({ ...second, serviceTypeId: strict });
      expect([refused.status, refused.body.code]).toEqual([409, 'patient-overlap']);
      const warned = await clinic.book(second);
      expect(warned.status).toBe(201);
      expect(warned.body.warnings).toEqual([{ code: 'patient-overlap', appointmentIds: [first] }]);
      expect((await clinic.book({ ...second, start: monday('11:00') })).body.warnings).toEqual([]);
    });

    it('is booked once for an Idempotency-Key, with the same answer', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const [first, again] = [
        await clinic.book(wanted(), clinic.desk, headers),
        await clinic.book(wanted(), clinic.desk, headers),
      ];
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body).toEqual(first.body);
    });

    it.each<[string, (valid: Record<string, unknown>) => unknown, string]>([
      ['without a patient', ({ patientId: _, ...rest }) => rest, '/patientId'],
      ['without resources', (valid) => ({ ...valid, resourceIds: [] }), '/resourceIds'],
      ['with one resource twice', (valid) => ({ ...valid, resourceIds: [doctor, doctor] }), '/resourceIds'],
      ['with an id that is none', (valid) => ({ ...valid, serviceTypeId: "'; drop table" }), '/serviceTypeId'],
      ['on a day that does not exist', (valid) => ({ ...valid, start: '2027-02-29T10:00:00Z' }), '/start'],
      ['at a time without an offset', (valid) => ({ ...valid, start: '2027-03-01T10:00:00' }), '/start'],
      ['with a field that nobody knows', (valid) => ({ ...valid, color: 'red' }), '/color'],
      ['with nothing', () => ({}), '/start'],
    ])('is not booked %s', async (_what, change, pointer) => {
      const { status, body } = await clinic.book(change(wanted()) as object);
      expect(status).toBe(400);
      expect(body.errors).toContainEqual({ pointer, detail: expect.any(String) });
    });
  });

  describe('a hold', () => {
    it('keeps the time, and becomes the appointment', async () => {
      const hold = await post('/v1/holds', { ...wanted(), ttlSeconds: 600 });
      expect(hold.status).toBe(201);
      expect(hold.body).toMatchObject({ id: expect.any(String), version: 1, warnings: [] });
      const { id, expiresAt } = hold.body;
      expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(590_000);
      expect(await clinic.appointment(id)).toMatchObject({
        status: 'pending',
        hold: { expiresAt, ended: null },
        allowedActions: ['book', 'release'],
      });
      expect((await clinic.book(wanted())).body.code).toBe('time-taken');

      const booked = await clinic.book({ holdId: id });
      expect(booked.status).toBe(201);
      expect(booked.body).toEqual({ id, version: 2, warnings: [] });
      expect(await clinic.appointment(id)).toMatchObject({ status: 'booked', version: 2 });
      expect((await clinic.book(wanted())).body.code).toBe('time-taken');
    });

    it('is booked once', async () => {
      const id = await clinic.held(wanted());
      await clinic.booked({ holdId: id });
      const again = await clinic.book({ holdId: id });
      expect([again.status, again.body.code]).toEqual([409, 'hold-not-pending']);
      const released = await clinic.desk.del(`/v1/holds/${id}`);
      expect([released.status, released.body.code]).toEqual([409, 'hold-not-pending']);
    });

    it('is given back, and its time with it', async () => {
      const id = await clinic.held(wanted());
      const released = await clinic.desk.del(`/v1/holds/${id}`);
      expect(released.status).toBe(200);
      expect(await clinic.appointment(id)).toMatchObject({ status: 'cancelled', hold: { ended: 'released' } });
      expect((await clinic.book({ holdId: id })).body.code).toBe('hold-not-pending');
      expect((await clinic.book(wanted())).status).toBe(201);
    });

    it('of nobody is not found', async () => {
      expect((await clinic.desk.del(`/v1/holds/${NOBODY}`)).body.code).toBe('hold-not-found');
      expect((await clinic.book({ holdId: NOBODY })).body.code).toBe('hold-not-found');
      expect((await clinic.desk.del('/v1/holds/7')).body.code).toBe('invalid-id');
    });

    it('is refused as a booking is', async () => {
      await clinic.booked(wanted());
      const { status, body } = await post('/v1/holds', wanted());
      expect([status, body.code, body.nextFreeSlots.length]).toEqual([409, 'time-taken', 5]);
      expect((await post('/v1/holds', wanted(monday('03:00')))).body.code).toBe('outside-hours');
    });

    it.each([0, -1, 1.5, 86_401, 'long'])('is not made for %s seconds', async (ttlSeconds) => {
      const { status, body } = await post('/v1/holds', { ...wanted(), ttlSeconds });
      expect([status, body.errors[0].pointer]).toEqual([400, '/ttlSeconds']);
    });

    it('is not mixed with a time', async () => {
      const id = await clinic.held(wanted());
      const { status, body } = await clinic.book({ holdId: id, start: monday('11:00') });
      expect([status, body.code]).toEqual([400, 'hold-or-time']);
    });
  });

  describe('a move', () => {
    it('gives the old time for the new', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      const moved = await post(`/v1/appointments/${id}/reschedule`, { start: monday('14:00') });
      expect(moved.status).toBe(200);
      expect(moved.body).toEqual({ id, version: 2 });
      expect(await clinic.appointment(id)).toMatchObject({ status: 'booked', start: monday('14:00') });
      expect((await clinic.book(wanted(monday('14:00')))).body.code).toBe('time-taken');
      expect((await clinic.book(wanted(monday('10:00')))).status).toBe(201);
    });

    it('is not hindered by its own time', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      expect((await post(`/v1/appointments/${id}/reschedule`, { start: monday('10:10') })).status).toBe(200);
    });

    it('keeps the old time where the new is taken', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      await clinic.booked(wanted(monday('11:00')));
      const { status, body } = await post(`/v1/appointments/${id}/reschedule`, { start: monday('10:45') });
      expect([status, body.code]).toEqual([409, 'time-taken']);
      expect(body.nextFreeSlots[0].start).toBe(monday('11:30'));
      expect((await clinic.book(wanted(monday('10:00')))).body.code).toBe('time-taken');
      expect(await clinic.appointment(id)).toMatchObject({ version: 1, start: monday('10:00') });
    });

    it('goes to other resources if any are named', async () => {
      const id = await clinic.booked(wanted(monday('10:00'), { resourceIds: [doctor, room] }));
      const other = await clinic.schedule();
      const to = { start: monday('10:00'), resourceIds: [other] };
      expect((await post(`/v1/appointments/${id}/reschedule`, to)).status).toBe(200);
      expect(await clinic.appointment(id)).toMatchObject({ resources: [{ id: other }] });
      expect((await clinic.book(wanted(monday('10:00'), { resourceIds: [doctor, room] }))).status).toBe(201);
      expect((await clinic.book(wanted(monday('10:00'), { resourceIds: [other] }))).body.code).toBe('time-taken');
    });

    it('is refused outside of the hours, too soon, of the cancelled and of the unknown', async () => {
      const id = await clinic.booked(wanted());
      const path = `/v1/appointments/${id}/reschedule`;
      expect((await post(path, { start: monday('18:00') })).body.code).toBe('outside-hours');
      expect((await post(path, { start: '2020-01-06T10:00:00Z' })).body.code).toBe('too-soon');
      expect((await post(path, { start: monday('11:00'), resourceIds: [NOBODY] })).body.code).toBe(
        'schedule-not-found',
      );
      expect((await post(path, {})).body.errors[0].pointer).toBe('/start');
      await post(`/v1/appointments/${id}/cancellation`, { reason: 'pat', by: 'patient' });
      expect((await post(path, { start: monday('11:00') })).body.code).toBe('appointment-not-reschedulable');
      expect((await post(`/v1/appointments/${NOBODY}/reschedule`, { start: monday('11:00') })).body.code).toBe(
        'appointment-not-found',
      );
    });

    it('holds to the version that was read', async () => {
      const id = await clinic.booked(wanted());
      const path = `/v1/appointments/${id}/reschedule`;
      expect((await post(path, { start: monday('11:00') }, { 'if-match': '"1"' })).status).toBe(200);
      const late = await post(path, { start: monday('12:00') }, { 'if-match': '"1"' });
      expect([late.status, late.body.code]).toEqual([412, 'version-mismatch']);
    });
  });

  describe('a cancellation', () => {
    it('frees the time, and says why and by whom', async () => {
      const id = await clinic.booked(wanted());
      const answer = await post(`/v1/appointments/${id}/cancellation`, { reason: 'prov-hosp', by: 'provider' });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id, version: 2 });
      expect(await clinic.appointment(id)).toMatchObject({
        status: 'cancelled',
        cancellation: { reason: 'prov-hosp', display: 'Provider: Hospitalized', by: 'provider' },
        allowedActions: [],
      });
      expect((await clinic.book(wanted())).status).toBe(201);
    });

    it('happens once, with a reason that is known', async () => {
      const id = await clinic.booked(wanted());
      const path = `/v1/appointments/${id}/cancellation`;
      expect((await post(path, { reason: 'bored', by: 'patient' })).body.errors[0].pointer).toBe('/reason');
      expect((await post(path, { reason: 'pat', by: 'dog' })).body.errors[0].pointer).toBe('/by');
      expect((await post(path, { reason: 'pat', by: 'patient' })).status).toBe(200);
      const again = await post(path, { reason: 'pat', by: 'patient' });
      expect([again.status, again.body.code]).toEqual([409, 'appointment-not-cancellable']);
      const unknown = await post(`/v1/appointments/${NOBODY}/cancellation`, { reason: 'pat', by: 'patient' });
      expect([unknown.status, unknown.body.code]).toEqual([404, 'appointment-not-found']);
    });
  });

  describe('on the day', () => {
    it('the patient checks in and the appointment takes place', async () => {
      const id = await clinic.booked(wanted());
      expect((await post(`/v1/appointments/${id}/fulfilment`)).body.code).toBe('appointment-not-checked-in');
      const checkedIn = await post(`/v1/appointments/${id}/check-in`);
      expect([checkedIn.status, checkedIn.body]).toEqual([200, { id, version: 2 }]);
      expect((await post(`/v1/appointments/${id}/check-in`)).body.code).toBe('appointment-not-booked');
      expect((await post(`/v1/appointments/${id}/no-show`)).body.code).toBe('appointment-not-booked');
      const fulfilled = await post(`/v1/appointments/${id}/fulfilment`);
      expect([fulfilled.status, fulfilled.body]).toEqual([200, { id, version: 3 }]);
      expect(await clinic.appointment(id)).toMatchObject({
        status: 'fulfilled',
        checkedInAt: expect.any(String),
        fulfilledAt: expect.any(String),
        allowedActions: [],
      });
      const cancelled = await post(`/v1/appointments/${id}/cancellation`, { reason: 'pat', by: 'patient' });
      expect(cancelled.body.code).toBe('appointment-not-cancellable');
    });

    it('the patient leaves without being seen', async () => {
      const id = await clinic.booked(wanted());
      await post(`/v1/appointments/${id}/check-in`);
      const left = await post(`/v1/appointments/${id}/cancellation`, { reason: 'pat', by: 'patient' });
      expect(left.status).toBe(200);
      expect(await clinic.appointment(id)).toMatchObject({ status: 'cancelled' });
    });

    it('the patient does not come', async () => {
      const id = await clinic.booked(wanted());
      expect((await post(`/v1/appointments/${id}/no-show`)).status).toBe(200);
      expect(await clinic.appointment(id)).toMatchObject({ status: 'noshow', missedAt: expect.any(String) });
      expect((await post(`/v1/appointments/${id}/check-in`)).body.code).toBe('appointment-not-booked');
      expect((await clinic.book(wanted())).status).toBe(201);
    });

    it.each(['check-in', 'no-show', 'fulfilment'])('%s of an unknown appointment is not found', async (action) => {
      const { status, body } = await post(`/v1/appointments/${NOBODY}/${action}`);
      expect([status, body.code]).toEqual([404, 'appointment-not-found']);
    });
  });

  describe('around a change of the clocks', () => {
    it('is open once in the hour that spring skips, twice in the hour that autumn repeats', async () => {
      const year = new Date().getUTCFullYear() + 1;
      const lastSunday = (month: number) => {
        const last = new Date(Date.UTC(year, month + 1, 0));
        return new Date(last.getTime() - last.getUTCDay() * 86_400_000).toISOString().slice(0, 10);
      };
      const night = await clinic.schedule({
        timeZone: 'Europe/London',
        weeklyHours: [{ day: 'sunday', from: '01:00', to: '02:00' }],
      });
      const at = (date: string, clock: string) => wanted(`${date}T${clock}:00Z`, { resourceIds: [night] });
      const [spring, autumn] = [lastSunday(2), lastSunday(9)];
      expect((await clinic.book(at(spring, '01:00'))).body.code).toBe('outside-hours');
      const first = await clinic.booked(at(autumn, '00:00'));
      const second = await clinic.booked(at(autumn, '01:00'));
      expect((await clinic.appointment(first)).localStart).toBe(`${autumn}T01:00:00+01:00`);
      expect((await clinic.appointment(second)).localStart).toBe(`${autumn}T01:00:00+00:00`);
      expect((await clinic.book(at(autumn, '02:00'))).body.code).toBe('outside-hours');
    });
  });

  describe('by patients', () => {
    it('is done for themselves only', async () => {
      const own = app.client('patient', patientId);
      const stranger = app.client('patient', await clinic.patient('Stranger'));
      const hold = await own.post('/v1/holds', wanted(monday('09:00')));
      expect(hold.status).toBe(201);
      const codes = [
        await stranger.post('/v1/holds', wanted(monday('11:00'))),
        await stranger.post('/v1/appointments', wanted(monday('11:00'))),
        await stranger.post('/v1/appointments', { holdId: hold.body.id }),
        await stranger.del(`/v1/holds/${hold.body.id}`),
        await stranger.post(`/v1/appointments/${hold.body.id}/reschedule`, { start: monday('12:00') }),
        await stranger.post(`/v1/appointments/${hold.body.id}/cancellation`, { reason: 'pat', by: 'patient' }),
      ].map(({ status, body }) => [status, body.code]);
      expect(new Set(codes.map(String))).toEqual(new Set(['403,not-your-record']));

      expect((await own.post('/v1/appointments', { holdId: hold.body.id })).status).toBe(201);
      const path = `/v1/appointments/${hold.body.id}`;
      expect((await own.post(`${path}/reschedule`, { start: monday('12:00') })).status).toBe(200);
      const asDoctor = await own.post(`${path}/cancellation`, { reason: 'prov', by: 'provider' });
      expect([asDoctor.status, asDoctor.body.code]).toEqual([403, 'not-your-reason']);
      expect((await own.post(`${path}/cancellation`, { reason: 'pat', by: 'patient' })).status).toBe(200);
      for (const action of ['check-in', 'no-show', 'fulfilment']) {
        expect((await own.post(`${path}/${action}`)).body.code).toBe('role-not-allowed');
      }
    });

    it('is refused where the service is booked by the staff', async () => {
      const own = app.client('patient', patientId);
      const staffOnly = await clinic.service({ bookableByPatient: false });
      const { status, body } = await own.post('/v1/holds', wanted(monday('10:00'), { serviceTypeId: staffOnly }));
      expect([status, body.code]).toEqual([403, 'not-bookable-by-patients']);
      expect((await clinic.book(wanted(monday('10:00'), { serviceTypeId: staffOnly }))).status).toBe(201);
    });

    it('is changed up to the cut-off; after it, by the staff', async () => {
      const own = app.client('patient', patientId);
      const strict = await clinic.service({ cancellationCutoffMinutes: 60 * 24 * 60 });
      const id = await clinic.booked(wanted(monday('10:00'), { serviceTypeId: strict }));
      const path = `/v1/appointments/${id}`;
      const cancellation = { reason: 'pat', by: 'patient' };
      expect((await own.post(`${path}/reschedule`, { start: monday('11:00') })).body.code).toBe('past-cutoff');
      expect((await own.post(`${path}/cancellation`, cancellation)).body.code).toBe('past-cutoff');
      expect((await post(`${path}/cancellation`, cancellation)).status).toBe(200);
    });

    it('needs a token', async () => {
      expect((await app.client().post('/v1/appointments', wanted())).status).toBe(401);
    });
  });

  it('of the dead and of those entered in error is refused', async () => {
    const admin = app.client('admin');
    const [dead, mistaken] = await Promise.all([clinic.patient('Late'), clinic.patient('Mistaken')]);
    const hold = await clinic.held(wanted(monday('15:00'), { patientId: dead }));
    await admin.post(`/v1/patients/${dead}/death`, { deceasedAt: plusMinutes(new Date().toISOString(), -60) });
    expect((await clinic.book(wanted(monday('10:00'), { patientId: dead }))).body.code).toBe('patient-deceased');
    expect(['patient-deceased', 'hold-not-pending']).toContain((await clinic.book({ holdId: hold })).body.code);
    const marked = await admin.post(`/v1/patients/${mistaken}/entered-in-error`, { reason: 'A test patient.' });
    expect(marked.status).toBe(200);
    const { status, body } = await clinic.book(wanted(monday('10:00'), { patientId: mistaken }));
    expect([status, body.code]).toEqual([409, 'patient-entered-in-error']);
  });
});
