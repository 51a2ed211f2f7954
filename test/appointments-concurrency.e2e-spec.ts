import { startTestApp, type TestApp } from './support/app.js';
import type { Answer } from './support/client.js';
import { Clinic, monday, plusMinutes } from './support/clinic.js';

/** One appointment's time is nobody else's, however many ask at once. */
describe('booking at the same time', () => {
  let app: TestApp;
  let clinic: Clinic;
  let patients: string[];
  let serviceTypeId: string;

  beforeAll(async () => {
    app = await startTestApp({ env: { DATABASE_POOL_SIZE: '20' } });
    clinic = new Clinic(app);
    patients = await Promise.all(Array.from({ length: 8 }, (_, i) => clinic.patient(`Patient ${i}`)));
    serviceTypeId = await clinic.service();
  });
  afterAll(() => app?.close());

  const wanted = (i: number, resourceIds: readonly string[], start: string, changes: object = {}) => ({
    patientId: patients[i % patients.length],
    serviceTypeId,
    resourceIds,
    start,
    ...changes,
  });

  const codes = (answers: readonly Answer[]) => {
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const code = status < 300 ? String(status) : `${status} ${body.code}`;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    return counts;
  };

  const expectNoOverlap = async () => {
    const overlaps = await app.database.query(
      {
        name: 'overlaps',
        text: `select a.appointment_id from write.resource_allocations a join write.resource_allocations b
          on a.resource_id = b.resource_id and a.during && b.during and a.ctid < b.ctid`,
      },
      [],
    );
    expect(overlaps).toEqual([]);
  };

  it('gives one slot to one of 200, and tells the others the next free slots', async () => {
    const doctor = await clinic.schedule();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => clinic.book(wanted(i, [doctor], monday('10:00')))),
    );
    expect(codes(answers)).toEqual({ '201': 1, '409 time-taken': 199 });
    for (const { status, body } of answers) {
      if (status !== 409) continue;
      expect(body.nextFreeSlots).toHaveLength(5);
      for (const slot of body.nextFreeSlots) expect(slot.start >= monday('10:30')).toBe(true);
    }
    const { body } = await clinic.book(wanted(0, [doctor], monday('10:00')));
    expect((await clinic.book(wanted(1, [doctor], body.nextFreeSlots[0].start))).status).toBe(201);
  });

  it('gives no minute twice where the times overlap in any way, on one resource or several', async () => {
    const resources = await Promise.all([clinic.schedule(), clinic.room(), clinic.room()]);
    const buffered = await clinic.service({ durationMinutes: 25, bufferAfterMinutes: 5 });
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, i) => {
        const some = resources.filter((_resource, j) => ((i % 7) + 1) & (1 << j));
        if (i % 2) some.reverse();
        const start = plusMinutes(monday('09:00'), Math.floor(Math.random() * 450));
        return clinic.book(wanted(i, some, start, { serviceTypeId: i % 3 ? serviceTypeId : buffered }));
      }),
    );
    const counts = codes(answers);
    expect(Object.keys(counts).sort()).toEqual(['201', '409 time-taken']);
    await expectNoOverlap();
    const [taken] = await app.database.query<{ bookings: number }>(
      {
        name: 'bookings of resources',
        text: `select count(distinct appointment_id)::int as bookings from write.resource_allocations
          where resource_id = any ($1::uuid[])`,
      },
      [resources],
    );
    expect(taken).toEqual({ bookings: counts['201'] });
  });

  it('does not book two resources halfway', async () => {
    const [doctor, room] = await Promise.all([clinic.schedule(), clinic.room()]);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        const resourceIds = [[doctor, room], [room, doctor], [doctor], [room]][i % 4]!;
        return clinic.book(wanted(i, resourceIds, monday('11:00')));
      }),
    );
    const won = answers.filter(({ status }) => status === 201);
    expect(Object.keys(codes(answers)).sort()).toEqual(['201', '409 time-taken']);
    expect(won.length === 1 || won.length === 2).toBe(true);
    await expectNoOverlap();
  });

  it('lets crossing moves neither swap nor block, and each keeps one time', async () => {
    const doctor = await clinic.schedule();
    const [nine, ten, eleven] = [monday('09:00'), monday('10:00'), monday('11:00')];
    const [a, b] = [await clinic.booked(wanted(0, [doctor], nine)), await clinic.booked(wanted(1, [doctor], ten))];
    const move = (id: string, start: string) => clinic.desk.post(`/v1/appointments/${id}/reschedule`, { start });
    for (let round = 0; round < 15; round++) {
      const answers = await Promise.all([move(a, ten), move(b, nine), move(a, eleven), move(b, eleven), move(a, nine)]);
      for (const code of Object.keys(codes(answers))) {
        expect(['200', '409 time-taken', '409 concurrent-change']).toContain(code);
      }
    }
    await expectNoOverlap();
    const [first, second] = [await clinic.appointment(a), await clinic.appointment(b)];
    expect(first.start).not.toBe(second.start);
    const rows = await app.database.query<{ appointment_id: string; start: string }>(
      {
        name: 'times of doctor',
        text: 'select appointment_id, lower(during) as start from write.resource_allocations where resource_id = $1',
      },
      [doctor],
    );
    expect(new Set(rows.map((row) => `${row.appointment_id} ${row.start}`))).toEqual(
      new Set([`${a} ${first.start}`, `${b} ${second.start}`]),
    );
  });

  it('gives a hold to one who books it', async () => {
    const doctor = await clinic.schedule();
    const id = await clinic.held(wanted(0, [doctor], monday('14:00')));
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => clinic.book({ holdId: id })),
      ...Array.from({ length: 10 }, (_, i) => clinic.book(wanted(i, [doctor], monday('14:15')))),
    ]);
    expect(codes(answers)).toEqual({ '201': 1, '409 hold-not-pending': 9, '409 time-taken': 10 });
  });

  it('books a patient into one place at a time where the service asks for it', async () => {
    const strict = await clinic.service({ patientOverlap: 'refuse' });
    const rooms = await Promise.all(Array.from({ length: 10 }, () => clinic.room()));
    const patientId = await clinic.patient('Single');
    const answers = await Promise.all(
      rooms.map((room, i) =>
        clinic.book(wanted(i, [room], plusMinutes(monday('10:00'), i), { patientId, serviceTypeId: strict })),
      ),
    );
    expect(codes(answers)).toEqual({ '201': 1, '409 patient-overlap': 9 });
  });
});
