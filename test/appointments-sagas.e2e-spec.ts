import pg from 'pg';
import { startTestApp, type TestApp } from './support/app.js';
import { Clinic, monday, plusMinutes } from './support/clinic.js';
import { until } from './support/until.js';

describe('what follows by itself', () => {
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

  const wanted = (start = monday('10:00'), changes: object = {}) => ({
    patientId,
    serviceTypeId,
    resourceIds: [doctor],
    start,
    ...changes,
  });
  const post = (path: string, body?: object) => clinic.desk.post(path, body);
  const becomes = (id: string, facts: object) =>
    until(async () => {
      const appointment = await clinic.appointment(id);
      return Object.entries(facts).every(([name, value]) => appointment[name] === value);
    });
  const allocations = async (id: string) => {
    const [row] = await app.database.query<{ count: number }>(
      {
        name: 'allocations of an appointment',
        text: 'select count(*)::int as count from write.resource_allocations where appointment_id = $1',
      },
      [id],
    );
    return row?.count;
  };

  describe('a hold', () => {
    it('ends when its time is up, and frees the time', async () => {
      const id = await clinic.held({ ...wanted(), ttlSeconds: 1 });
      expect((await clinic.book(wanted())).body.code).toBe('time-taken');
      await becomes(id, { status: 'cancelled' });
      expect(await clinic.appointment(id)).toMatchObject({ hold: { ended: 'expired' }, allowedActions: [] });
      expect(await allocations(id)).toBe(0);
      expect((await clinic.book({ holdId: id })).body.code).toBe('hold-not-pending');
      expect((await clinic.book(wanted())).status).toBe(201);
    });

    it('stands in nobody’s way from the moment it expires, before anybody has cleared it away', async () => {
      const id = await clinic.held({ ...wanted(), ttlSeconds: 600 });
      await app.database.query(
        {
          name: 'expire',
          text: `update write.resource_allocations set expires_at = now() - interval '1 s' where appointment_id = $1`,
        },
        [id],
      );
      const taken = await clinic.booked(wanted(monday('10:15')));
      expect(await clinic.appointment(taken)).toMatchObject({ status: 'booked' });
      const late = await clinic.book({ holdId: id });
      expect([late.status, late.body.code]).toEqual([409, 'hold-expired']);
      expect(await allocations(id)).toBe(0);
    });

    it('that was booked does not end', async () => {
      const id = await clinic.held({ ...wanted(), ttlSeconds: 2 });
      await clinic.booked({ holdId: id });
      await app.settle();
      const timers = await app.database.query<{ status: string }>(
        {
          name: 'timer of a hold',
          text: `select status from write.pending_commands where payload::text like '%' || $1 || '%'`,
        },
        [id],
      );
      expect(timers.filter(({ status }) => status !== 'cancelled')).toEqual([]);
      expect(await clinic.appointment(id)).toMatchObject({ status: 'booked' });
    });
  });

  describe('at check-in', () => {
    it('the encounter starts, and when it is finished the appointment has taken place', async () => {
      const id = await clinic.booked(wanted());
      await post(`/v1/appointments/${id}/check-in`);
      await until(async () => (await clinic.appointment(id)).encounterId !== null);
      const { encounterId } = await clinic.appointment(id);

      const practitioner = app.client('practitioner');
      const finished = await practitioner.post(`/v1/encounters/${encounterId}/finish`, {});
      expect(finished.status).toBe(200);
      await becomes(id, { status: 'fulfilled', encounterId });
    });

    it('an appointment that was fulfilled by hand stays as it is when its encounter is finished', async () => {
      const id = await clinic.booked(wanted());
      await post(`/v1/appointments/${id}/check-in`);
      await until(async () => (await clinic.appointment(id)).encounterId !== null);
      await post(`/v1/appointments/${id}/fulfilment`);
      const { encounterId, version } = await clinic.appointment(id);
      expect((await app.client('practitioner').post(`/v1/encounters/${encounterId}/finish`, {})).status).toBe(200);
      expect(await clinic.appointment(id)).toMatchObject({ status: 'fulfilled', version });
      await expectNothingDead();
    });
  });

  describe('when a patient dies', () => {
    it('what is booked and held for a time to come is cancelled, and its time is free', async () => {
      const mortal = await clinic.patient('Mortal');
      const changes = { patientId: mortal };
      const ids = await Promise.all([
        clinic.booked(wanted(monday('10:00'), changes)),
        clinic.booked(wanted(monday('11:00', 20), changes)),
      ]);
      const held = await clinic.held({ ...wanted(monday('12:00'), changes), ttlSeconds: 3600 });
      const done = await clinic.booked(wanted(monday('13:00'), changes));
      await post(`/v1/appointments/${done}/check-in`);
      const bystander = await clinic.booked(wanted(monday('14:00')));

      const deceasedAt = plusMinutes(new Date().toISOString(), -30);
      expect((await app.client('practitioner').post(`/v1/patients/${mortal}/death`, { deceasedAt })).status).toBe(200);
      for (const id of ids) {
        await becomes(id, { status: 'cancelled' });
        const { cancellation } = await clinic.appointment(id);
        expect(cancellation).toMatchObject({ reason: 'pat-dec', display: 'Patient: Deceased', by: 'organisation' });
        expect(await allocations(id)).toBe(0);
      }
      expect(await clinic.appointment(held)).toMatchObject({ status: 'cancelled', hold: { ended: 'released' } });
      expect(await clinic.appointment(done)).toMatchObject({ status: 'checked-in' });
      expect(await clinic.appointment(bystander)).toMatchObject({ status: 'booked' });
      expect((await clinic.book(wanted(monday('10:00')))).status).toBe(201);
      await expectNothingDead();
    });

    it('a booking that looked before the death, and commits after it, is refused', async () => {
      const mortal = await clinic.patient('Mortal');
      const deceasedAt = plusMinutes(new Date().toISOString(), -1);
      const blocker = new pg.Client({ connectionString: app.databaseUrl });
      await blocker.connect();
      try {
        // Booking reads taken time when it has the patient, or at the same time: there it is held up until the death is stored.
        await blocker.query('begin; lock table write.resource_allocations in access exclusive mode');
        const booking = clinic.book(wanted(monday('10:00'), { patientId: mortal }));
        const waiting = `select from pg_locks where relation = 'write.resource_allocations'::regclass and not granted`;
        await until(async () => (await blocker.query(waiting)).rowCount === 1);
        const death = await app.client('admin').post(`/v1/patients/${mortal}/death`, { deceasedAt });
        expect(death.status).toBe(200);
        await blocker.query('commit');
        const { status, body } = await booking;
        expect([status, body.code]).toEqual([409, 'patient-deceased']);
      } finally {
        await blocker.end();
      }
    });

    it('no booking made at that moment slips through', async () => {
      for (let round = 0; round < 5; round++) {
        const mortal = await clinic.patient(`Mortal ${round}`);
        const rooms = await Promise.all(Array.from({ length: 6 }, () => clinic.room()));
        const deceasedAt = plusMinutes(new Date().toISOString(), -1);
        const answers = await Promise.all([
          ...rooms.map((room) => clinic.book(wanted(monday('10:00'), { patientId: mortal, resourceIds: [room] }))),
          app.client('admin').post(`/v1/patients/${mortal}/death`, { deceasedAt }),
          ...rooms.map((room) => clinic.book(wanted(monday('11:00'), { patientId: mortal, resourceIds: [room] }))),
        ]);
        for (const { status, body } of answers) {
          if (status >= 300) expect(['patient-deceased', 'concurrent-change']).toContain(body.code);
        }
        await app.settle();
        const { body } = await clinic.desk.get(`/v1/patients/${mortal}/appointments?limit=200`);
        for (const { status } of body.items) expect(status).toBe('cancelled');
        const left = await app.database.query(
          {
            name: 'allocations of a patient',
            text: 'select appointment_id from write.resource_allocations where patient_id = $1',
          },
          [mortal],
        );
        expect(left).toEqual([]);
      }
    });

    it('or was entered in error, the same', async () => {
      const mistaken = await clinic.patient('Mistaken');
      const id = await clinic.booked(wanted(monday('10:00'), { patientId: mistaken }));
      const marked = await app
        .client('admin')
        .post(`/v1/patients/${mistaken}/entered-in-error`, { reason: 'Registered twice.' });
      expect(marked.status).toBe(200);
      await becomes(id, { status: 'cancelled' });
      expect((await clinic.appointment(id)).cancellation).toMatchObject({ reason: 'oth-err', display: 'Other: Error' });
    });
  });

  async function expectNothingDead(): Promise<void> {
    const dead = await app.database.query(
      {
        name: 'dead commands',
        text: `select name, error from write.pending_commands where status not in ('pending', 'done', 'cancelled')`,
      },
      [],
    );
    expect(dead).toEqual([]);
  }
});
