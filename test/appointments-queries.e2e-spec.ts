import { startTestApp, type TestApp } from './support/app.js';
import { Clinic, monday, plusMinutes } from './support/clinic.js';

const NOBODY = '018f0000-0000-7000-8000-00000000dead';

interface Slot {
  readonly resourceId: string;
  readonly start: string;
  readonly end: string;
}

describe('what is free and what is booked', () => {
  let app: TestApp;
  let clinic: Clinic;
  let patientId: string;
  let serviceTypeId: string;
  let doctor: string;

  beforeAll(async () => {
    app = await startTestApp();
    clinic = new Clinic(app);
    [patientId, serviceTypeId] = await Promise.all([clinic.patient(), clinic.service()]);
  });
  afterAll(() => app?.close());
  beforeEach(async () => {
    doctor = await clinic.schedule();
  });

  const wanted = (start: string, changes: object = {}) => ({
    patientId,
    serviceTypeId,
    resourceIds: [doctor],
    start,
    ...changes,
  });

  describe('availability', () => {
    const ask = async (query: Record<string, string | string[]>, client = clinic.desk) => {
      await app.settle();
      const all = { serviceTypeId, resourceId: doctor, from: monday('00:00'), to: monday('23:59'), ...query };
      const search = new URLSearchParams(
        Object.entries(all).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
      );
      return client.get(`/v1/availability?${search.toString()}`);
    };
    const starts = (slots: readonly Slot[]) => slots.map(({ start }) => start.slice(11, 16));

    it('offers what is open and not taken, in order', async () => {
      const { status, body } = await ask({});
      expect(status).toBe(200);
      expect(body.slots).toHaveLength(16);
      expect(body.slots[0]).toEqual({ resourceId: doctor, start: monday('09:00'), end: monday('09:30') });
      expect(body.slots.at(-1)).toEqual({ resourceId: doctor, start: monday('16:30'), end: monday('17:00') });
    });

    it('leaves out bookings, holds in force and their buffers, and takes them back', async () => {
      const buffered = await clinic.service({ bufferBeforeMinutes: 10 });
      const booked = await clinic.booked(wanted(monday('10:00'), { serviceTypeId: buffered }));
      const held = await clinic.held(wanted(monday('14:00')));
      const { body } = await ask({});
      expect(starts(body.slots)).not.toContain('09:30');
      expect(starts(body.slots)).not.toContain('10:00');
      expect(starts(body.slots)).not.toContain('14:00');
      expect(body.slots).toHaveLength(13);

      await clinic.desk.post(`/v1/appointments/${booked}/cancellation`, { reason: 'pat', by: 'patient' });
      await clinic.desk.del(`/v1/holds/${held}`);
      expect((await ask({})).body.slots).toHaveLength(16);
    });

    it('follows a move and a missed appointment', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      await clinic.desk.post(`/v1/appointments/${id}/reschedule`, { start: monday('11:00') });
      const moved = (await ask({})).body.slots;
      expect(starts(moved)).toContain('10:00');
      expect(starts(moved)).not.toContain('11:00');
      await clinic.desk.post(`/v1/appointments/${id}/no-show`);
      expect((await ask({})).body.slots).toHaveLength(16);
    });

    it('keeps taken what has taken place', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      await clinic.desk.post(`/v1/appointments/${id}/check-in`);
      await clinic.desk.post(`/v1/appointments/${id}/fulfilment`);
      expect(starts((await ask({})).body.slots)).not.toContain('10:00');
    });

    it('offers slots that can all be booked, one after the other', async () => {
      const odd = await clinic.service({ durationMinutes: 50, bufferAfterMinutes: 10, slotIntervalMinutes: 15 });
      for (let taken = 0; taken < 8; taken++) {
        const { slots } = (await ask({ serviceTypeId: odd })).body as { slots: Slot[] };
        const { start } = slots[0]!;
        expect((await clinic.book(wanted(start, { serviceTypeId: odd }))).status).toBe(201);
      }
      expect((await ask({ serviceTypeId: odd })).body.slots).toEqual([]);
    });

    it('is of any of several resources, repeated or by commas', async () => {
      const other = await clinic.schedule({ weeklyHours: [{ day: 'monday', from: '09:00', to: '10:00' }] });
      const repeated = (await ask({ resourceId: [doctor, other] })).body.slots as Slot[];
      expect(repeated).toHaveLength(18);
      expect(repeated.filter(({ resourceId }) => resourceId === other)).toHaveLength(2);
      expect(repeated.map(({ start }) => start)).toEqual(repeated.map(({ start }) => start).sort());
      expect((await ask({ resourceId: `${doctor},${other}` })).body.slots).toEqual(repeated);
    });

    it('follows the wall clock of the resource, and new hours at once', async () => {
      const sydney = await clinic.schedule({
        timeZone: 'Australia/Sydney',
        weeklyHours: [{ day: 'tuesday', from: '09:00', to: '10:00' }],
      });
      const night = { from: monday('12:00'), to: plusMinutes(monday('12:00'), 24 * 60) };
      const { slots } = (await ask({ resourceId: sydney, ...night })).body as { slots: Slot[] };
      expect(slots).toHaveLength(2);
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Australia/Sydney', timeStyle: 'short' });
      expect(slots.map(({ start }) => clock.format(new Date(start)))).toEqual(['09:00', '09:30']);

      const changed = await clinic.desk.put(`/v1/schedules/${sydney}/weekly-hours`, { weeklyHours: [] });
      expect([changed.status, changed.body]).toEqual([200, { id: sydney, version: 2 }]);
      expect((await ask({ resourceId: sydney, ...night })).body.slots).toEqual([]);
    });

    it('begins with the notice and ends with the horizon', async () => {
      const far = await clinic.service({ minimumNoticeMinutes: 60 * 24 * 30, horizonDays: 31 });
      const now = new Date().toISOString();
      const window = { from: now, to: plusMinutes(now, 60 * 24 * 60) };
      const { slots } = (await ask({ serviceTypeId: far, ...window })).body as { slots: Slot[] };
      expect(slots.length).toBeGreaterThan(0);
      for (const { start } of slots) {
        expect(Date.parse(start)).toBeGreaterThanOrEqual(Date.parse(plusMinutes(now, 60 * 24 * 30)));
        expect(Date.parse(start)).toBeLessThanOrEqual(Date.now() + 31 * 86_400_000);
      }
      const past = { from: '2020-01-06T00:00:00Z', to: '2020-01-08T00:00:00Z' };
      expect((await ask(past)).body.slots).toEqual([]);
    });

    it('is limited', async () => {
      expect((await ask({ limit: '3' })).body.slots).toHaveLength(3);
      const long = { from: monday('00:00'), to: plusMinutes(monday('00:00'), 62 * 24 * 60) };
      const { status, body } = await ask(long);
      expect([status, body.slots.length]).toEqual([200, 992]);
      expect((await ask({ ...long, to: plusMinutes(long.to, 1) })).body.code).toBe('invalid-window');
      expect((await ask({ to: monday('00:00') })).body.code).toBe('invalid-window');
    });

    it('is asked of what exists, and in good form', async () => {
      expect((await ask({ resourceId: NOBODY })).body.code).toBe('resource-not-found');
      expect((await ask({ serviceTypeId: NOBODY })).body.code).toBe('service-type-not-found');
      expect((await ask({ resourceId: 'x' })).status).toBe(400);
      expect((await ask({ from: 'yesterday' })).status).toBe(400);
      expect((await ask({ limit: '0' })).status).toBe(400);
      expect((await ask({ colour: 'red' })).status).toBe(400);
      expect((await clinic.desk.get('/v1/availability')).status).toBe(400);
    });

    it('is shown to patients too, but not of what they cannot book', async () => {
      const own = app.client('patient', patientId);
      expect((await ask({}, own)).body.slots).toHaveLength(16);
      const staffOnly = await clinic.service({ bookableByPatient: false });
      expect((await ask({ serviceTypeId: staffOnly }, own)).body.code).toBe('not-bookable-by-patients');
    });
  });

  describe('an agenda', () => {
    const agenda = async (id = doctor, from = monday('00:00'), to = monday('23:59'), client = clinic.desk) => {
      await app.settle();
      return client.get(`/v1/resources/${id}/agenda?from=${from}&to=${to}`);
    };

    it('tells in order what a resource is booked for, and with whom', async () => {
      const later = await clinic.booked(wanted(monday('11:00')));
      const held = await clinic.held(wanted(monday('14:00')));
      const first = await clinic.booked(wanted(monday('09:00')));
      await clinic.desk.post(`/v1/appointments/${first}/check-in`);
      const { status, body } = await agenda();
      expect(status).toBe(200);
      expect(body).toMatchObject({ resourceId: doctor, name: 'Dr Amara Okafor', timeZone: 'UTC' });
      expect(body.items).toMatchObject([
        { appointmentId: first, status: 'checked-in', patientId, patientName: 'Ada Lovelace' },
        { appointmentId: later, status: 'booked', start: monday('11:00'), serviceTypeName: 'Consultation' },
        { appointmentId: held, status: 'pending', expiresAt: expect.any(String) },
      ]);
    });

    it('calls patients as they are called now', async () => {
      const married = await clinic.patient('Byron');
      await clinic.booked(wanted(monday('09:00'), { patientId: married }));
      const demographics = { name: { family: 'King', given: ['Ada'] }, birthDate: '1980-02-29', gender: 'female' };
      const renamed = await clinic.desk.put(
        `/v1/patients/${married}/demographics`,
        { change: 'new', ...demographics },
        { 'if-match': '"1"' },
      );
      expect(renamed.status).toBe(200);
      expect((await agenda()).body.items[0].patientName).toBe('Ada King');
    });

    it('follows moves to other resources, leaves out what was cancelled, and keeps who did not come', async () => {
      const [cancelled, moved, missed] = [
        await clinic.booked(wanted(monday('09:00'))),
        await clinic.booked(wanted(monday('10:00'))),
        await clinic.booked(wanted(monday('11:00'))),
      ];
      const other = await clinic.schedule();
      await clinic.desk.post(`/v1/appointments/${cancelled}/cancellation`, { reason: 'pat', by: 'patient' });
      const to = { start: monday('10:15'), resourceIds: [other] };
      await clinic.desk.post(`/v1/appointments/${moved}/reschedule`, to);
      await clinic.desk.post(`/v1/appointments/${missed}/no-show`);
      expect((await agenda()).body.items).toMatchObject([{ appointmentId: missed, status: 'noshow' }]);
      expect((await agenda(other)).body.items).toMatchObject([{ appointmentId: moved, start: monday('10:15') }]);
    });

    it('is of a window that ends after it begins, of a known resource, and not for patients', async () => {
      expect((await agenda(doctor, monday('10:00'), monday('09:00'))).body.code).toBe('invalid-window');
      expect((await agenda(NOBODY)).body.code).toBe('resource-not-found');
      expect((await agenda('x')).body.code).toBe('invalid-id');
      const own = app.client('patient', patientId);
      expect((await agenda(doctor, monday('00:00'), monday('23:59'), own)).status).toBe(403);
      const touching = await agenda(doctor, monday('12:00'), monday('12:01'));
      expect(touching.body.items).toEqual([]);
    });
  });

  describe("a patient's appointments", () => {
    it('are listed page by page, the latest first', async () => {
      const own = await clinic.patient('Regular');
      const ids: string[] = [];
      for (const clock of ['09:00', '10:00', '11:00', '12:00', '13:00']) {
        ids.unshift(await clinic.booked(wanted(monday(clock), { patientId: own })));
      }
      const released = await clinic.held(wanted(monday('15:00'), { patientId: own }));
      await clinic.desk.del(`/v1/holds/${released}`);
      await app.settle();

      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const path = `/v1/patients/${own}/appointments?limit=2${cursor && `&cursor=${cursor}`}`;
        const { status, body } = await app.client('patient', own).get(path);
        expect(status).toBe(200);
        seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
        cursor = body.nextCursor as string | null;
      }
      expect(seen).toEqual(ids);

      const some = await clinic.desk.get(
        `/v1/patients/${own}/appointments?from=${monday('10:30')}&to=${monday('12:00')}`,
      );
      expect(some.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[2]]);
    });

    it('are none of a patient who has none, of nobody not found, and of others not shown', async () => {
      const own = await clinic.patient('Healthy');
      await app.settle();
      const { body } = await clinic.desk.get(`/v1/patients/${own}/appointments`);
      expect(body).toEqual({ items: [], nextCursor: null });
      expect((await clinic.desk.get(`/v1/patients/${NOBODY}/appointments`)).body.code).toBe('patient-not-found');
      const stranger = app.client('patient', own);
      expect((await stranger.get(`/v1/patients/${patientId}/appointments`)).body.code).toBe('not-your-record');
      expect((await clinic.desk.get(`/v1/patients/${own}/appointments?cursor=x`)).body.code).toBe('invalid-cursor');
    });
  });

  describe('one appointment', () => {
    it('can be seen as it was', async () => {
      const id = await clinic.held(wanted(monday('10:00')));
      const held = await clinic.appointment(id);
      const between = await app.momentBetween();
      await clinic.booked({ holdId: id });
      await clinic.desk.post(`/v1/appointments/${id}/reschedule`, { start: monday('11:00') });
      await clinic.desk.post(`/v1/appointments/${id}/check-in`);
      const now = await clinic.appointment(id);
      expect(now.encounterId).toEqual(expect.any(String));

      const asOf = async (moment: string) => (await clinic.desk.get(`/v1/appointments/${id}?asOf=${moment}`)).body;
      expect(await asOf(between)).toMatchObject({ status: 'pending', version: held.version });
      expect(await asOf(new Date().toISOString())).toEqual({ ...now, allowedActions: [] });
      expect(await asOf('2020-01-01T00:00:00Z')).toMatchObject({ status: 404, code: 'appointment-not-found' });
    });

    it('is not found, not shown to strangers, and offers the patient less', async () => {
      const id = await clinic.booked(wanted(monday('10:00')));
      await app.settle();
      expect((await clinic.desk.get(`/v1/appointments/${NOBODY}`)).body.code).toBe('appointment-not-found');
      expect((await clinic.desk.get('/v1/appointments/7')).body.code).toBe('invalid-id');
      const own = await app.client('patient', patientId).get(`/v1/appointments/${id}`);
      expect(own.body.allowedActions).toEqual(['reschedule', 'cancel']);
      const stranger = app.client('patient', await clinic.patient('Curious'));
      expect((await stranger.get(`/v1/appointments/${id}`)).body.code).toBe('not-your-record');
      expect((await stranger.get(`/v1/appointments/${id}?asOf=${new Date().toISOString()}`)).body.code).toBe(
        'not-your-record',
      );
    });
  });

  describe('a schedule', () => {
    const definition = {
      resource: { type: 'device', name: 'Ultrasound 1' },
      timeZone: 'Europe/Paris',
      weeklyHours: [
        { day: 'monday', from: '08:00', to: '12:00' },
        { day: 'monday', from: '13:00', to: '24:00' },
      ],
    };

    it('is defined, read, changed and listed', async () => {
      const made = await clinic.desk.post('/v1/schedules', definition, { prefer: 'return=representation' });
      expect(made.status).toBe(201);
      const { id } = made.body as { id: string };
      expect(made.body).toEqual({ id, version: 1, ...definition, allowedActions: ['set-weekly-hours'] });
      expect(made.headers.get('location')).toBe(`/v1/schedules/${id}`);

      const weeklyHours = [{ day: 'sunday', from: '10:00', to: '11:00' }];
      const path = `/v1/schedules/${id}`;
      const changed = await clinic.desk.put(`${path}/weekly-hours`, { weeklyHours }, { 'if-match': '"1"' });
      expect(changed.status).toBe(200);
      const late = await clinic.desk.put(`${path}/weekly-hours`, { weeklyHours }, { 'if-match': '"1"' });
      expect([late.status, late.body.code]).toEqual([412, 'version-mismatch']);
      await app.settle();
      const own = app.client('patient', patientId);
      expect((await own.get(path)).body).toEqual({ id, version: 2, ...definition, weeklyHours, allowedActions: [] });

      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body } = await own.get(`/v1/schedules?limit=7${cursor && `&cursor=${cursor}`}`);
        seen.push(...(body.items as { id: string }[]).map((item) => item.id));
        cursor = body.nextCursor as string | null;
      }
      expect(seen).toContain(id);
      expect(new Set(seen).size).toBe(seen.length);
    });

    it.each<[string, object, string]>([
      ['a zone that does not exist', { timeZone: 'Mars/Olympus' }, '/timeZone'],
      ['no resource', { resource: undefined }, '/resource'],
      ['an unknown type of resource', { resource: { type: 'dog', name: 'Rex' } }, '/resource/type'],
      ['an empty name', { resource: { type: 'room', name: ' ' } }, '/resource/name'],
      ['an unknown day', { weeklyHours: [{ day: 'someday', from: '09:00', to: '10:00' }] }, '/weeklyHours/0/day'],
      ['a bad clock', { weeklyHours: [{ day: 'monday', from: '9', to: '10:00' }] }, '/weeklyHours/0/from'],
      ['hours turned round', { weeklyHours: [{ day: 'monday', from: '12:00', to: '10:00' }] }, '/weeklyHours/0'],
      [
        'hours that overlap',
        {
          weeklyHours: [
            { day: 'monday', from: '09:00', to: '12:00' },
            { day: 'monday', from: '11:00', to: '13:00' },
          ],
        },
        '/weeklyHours/1',
      ],
    ])('is not defined with %s', async (_what, change, pointer) => {
      const { status, body } = await clinic.desk.post('/v1/schedules', { ...definition, ...change });
      expect(status).toBe(400);
      expect(body.errors).toContainEqual({ pointer, detail: expect.any(String) });
    });

    it('of nobody is not found, and is the staff’s to change', async () => {
      const body = { weeklyHours: [] };
      expect((await clinic.desk.get(`/v1/schedules/${NOBODY}`)).body.code).toBe('schedule-not-found');
      const put = await clinic.desk.put(`/v1/schedules/${NOBODY}/weekly-hours`, body);
      expect([put.status, put.body.code]).toEqual([404, 'schedule-not-found']);
      const own = app.client('patient', patientId);
      expect((await own.post('/v1/schedules', definition)).body.code).toBe('role-not-allowed');
      expect((await own.put(`/v1/schedules/${doctor}/weekly-hours`, body)).body.code).toBe('role-not-allowed');
    });
  });

  describe('a service type', () => {
    it('is defined with its defaults, read and listed', async () => {
      const request = { name: 'Vaccination', durationMinutes: 15, bufferBeforeMinutes: 0, bufferAfterMinutes: 5 };
      const made = await clinic.desk.post('/v1/service-types', request, { prefer: 'return=representation' });
      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        id: expect.any(String),
        version: 1,
        ...request,
        slotIntervalMinutes: 15,
        minimumNoticeMinutes: 0,
        horizonDays: 3653,
        cancellationCutoffMinutes: 0,
        patientOverlap: 'warn',
        bookableByPatient: true,
      });
      const own = app.client('patient', patientId);
      expect((await own.get(made.headers.get('location')!)).body).toEqual(made.body);
      const { body } = await own.get('/v1/service-types?limit=200');
      expect(body.items).toContainEqual(made.body);
    });

    it.each<[string, object, string]>([
      ['no duration', { durationMinutes: undefined }, '/durationMinutes'],
      ['a duration of nothing', { durationMinutes: 0 }, '/durationMinutes'],
      ['half a minute', { durationMinutes: 0.5 }, '/durationMinutes'],
      ['a negative buffer', { bufferAfterMinutes: -5 }, '/bufferAfterMinutes'],
      ['no name', { name: '' }, '/name'],
      ['an unknown policy', { patientOverlap: 'maybe' }, '/patientOverlap'],
    ])('is not defined with %s', async (_what, change, pointer) => {
      const request = { name: 'Vaccination', durationMinutes: 15, ...change };
      const { status, body } = await clinic.desk.post('/v1/service-types', request);
      expect(status).toBe(400);
      expect(body.errors).toContainEqual({ pointer, detail: expect.any(String) });
    });

    it('of nobody is not found, and is the staff’s to define', async () => {
      expect((await clinic.desk.get(`/v1/service-types/${NOBODY}`)).body.code).toBe('service-type-not-found');
      const own = app.client('patient', patientId);
      const { body } = await own.post('/v1/service-types', { name: 'Free tea', durationMinutes: 15 });
      expect(body.code).toBe('role-not-allowed');
    });
  });
});
