import pg from 'pg';
import { newId } from '../../src/event-sourcing/ids.js';
import type { Answer, Client } from '../support/client.js';
import { RealProcess } from '../support/process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const HOUR = 3_600_000;
const PROCESSES = 2;

describe('many requests at once, at two processes on one database', () => {
  let database: TestDatabase;
  let observer: pg.Client;
  const processes: RealProcess[] = [];
  let clients: Client[];
  let serviceTypeId: string;
  let patientIds: string[];
  const tomorrow = Math.ceil(Date.now() / HOUR) * HOUR + 24 * HOUR;
  const at = (minutes: number) => new Date(tomorrow + minutes * 60_000).toISOString();

  beforeAll(async () => {
    database = await createTestDatabase();
    observer = new pg.Client({ connectionString: database.url });
    await observer.connect();
    for (let i = 0; i < PROCESSES; i++) {
      const api = new RealProcess({ databaseUrl: database.url });
      processes.push(api);
      await api.start();
    }
    clients = processes.map((api) => api.client('receptionist'));
    const service = await processes[0]!.client('admin').post('/v1/service-types', {
      name: 'Visit',
      durationMinutes: 30,
      bufferAfterMinutes: 5,
    });
    serviceTypeId = service.body.id;
    patientIds = [];
    for (let i = 0; i < 4; i++) {
      patientIds.push((await clients[0]!.post('/v1/patients', patient(`Number ${i}`))).body.id);
    }
  }, 60_000);
  afterAll(async () => {
    for (const api of processes) await api.kill();
    await observer?.end();
    await database?.drop();
  });

  const patient = (family: string) => ({ name: { family, given: [] }, birthDate: '1980-02-29', gender: 'female' });
  const practitioner = async (): Promise<string> => {
    const { body } = await processes[0]!.client('admin').post('/v1/schedules', {
      resource: { type: 'practitioner', name: 'Dr Amara Okafor' },
      timeZone: 'UTC',
      weeklyHours: DAYS.map((day) => ({ day, from: '00:00', to: '24:00' })),
    });
    return body.id;
  };
  const inTurn = <T>(times: number, request: (client: Client, i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: times }, (_, i) => request(clients[i % clients.length]!, i)));
  const byOutcome = (answers: readonly Answer[]) => {
    const outcomes = new Map<string, Answer[]>();
    for (const answer of answers) {
      const outcome = answer.status < 300 ? String(answer.status) : `${answer.status} ${answer.body.code}`;
      outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), answer]);
    }
    return outcomes;
  };
  const told = ({ body, headers }: Answer) => ({
    body,
    etag: headers.get('etag'),
    token: headers.get('consistency-token'),
    location: headers.get('location'),
  });
  const effectsOf = async (correlationId: string) => {
    const { rows } = await observer.query<{ effects: number }>(
      `select count(distinct recorded_at)::int as effects from write.events where metadata->>'correlationId' = $1`,
      [correlationId],
    );
    return rows[0]!.effects;
  };

  describe('50 commands with one Idempotency-Key have one effect and one answer', () => {
    const ROUNDS = 5;

    it.each([
      ['that creates', (): [string, object] => ['/v1/patients', patient('Lovelace')]],
      [
        'that only one can win',
        (resourceId: string, round: number): [string, object] => [
          '/v1/appointments',
          { patientId: patientIds[0], serviceTypeId, resourceIds: [resourceId], start: at(round * 60) },
        ],
      ],
      [
        'that cannot be done again',
        (_resourceId: string, _round: number, appointmentId: string): [string, object] => [
          `/v1/appointments/${appointmentId}/cancellation`,
          { reason: 'pat', by: 'patient' },
        ],
      ],
    ])('a command %s', async (_, command) => {
      const resourceId = await practitioner();
      for (let round = 0; round < ROUNDS; round++) {
        const booked = await clients[0]!.post('/v1/appointments', {
          patientId: patientIds[1],
          serviceTypeId,
          resourceIds: [resourceId],
          start: at(10_000 + round * 60),
        });
        expect(booked.status).toBe(201);
        const [path, body] = command(resourceId, round, booked.body.id as string);
        const key = newId();
        const send = (client: Client) => client.post(path, body, { 'idempotency-key': key, 'x-correlation-id': key });
        const outcomes = byOutcome(await inTurn(50, send));

        outcomes.delete('409 idempotency-key-in-flight');
        expect([...outcomes.keys()]).toEqual([expect.stringMatching(/^20[01]$/)]);
        const answers = new Set([...outcomes.values()].flat().map((answer) => JSON.stringify(told(answer))));
        for (const client of clients) answers.add(JSON.stringify(told(await send(client))));
        expect(answers.size).toBe(1);
        expect(await effectsOf(key)).toBe(1);
        expect((await clients[1]!.post(`${path}?`, body, { 'idempotency-key': key })).status).toBe(422);
      }
    });
  });

  describe('200 bookings', () => {
    const taken = async (resourceId: string) => {
      const { rows } = await observer.query<{ appointments: number }>(
        'select count(distinct appointment_id)::int as appointments from write.resource_allocations where resource_id = $1',
        [resourceId],
      );
      return rows[0]!.appointments;
    };
    const book = (client: Client, i: number, resourceIds: readonly string[], start: string) =>
      client.post('/v1/appointments', { patientId: patientIds[i % 4], serviceTypeId, resourceIds, start });

    it('of one slot: one gets it, and 199 are told of the next free ones', async () => {
      const resourceId = await practitioner();
      const outcomes = byOutcome(await inTurn(200, (client, i) => book(client, i, [resourceId], at(0))));
      expect(Object.fromEntries([...outcomes].map(([outcome, { length }]) => [outcome, length]))).toEqual({
        '201': 1,
        '409 time-taken': 199,
      });
      for (const { body } of outcomes.get('409 time-taken')!) {
        expect(body.nextFreeSlots).not.toEqual([]);
        expect(body.nextFreeSlots.map(({ start }: { start: string }) => start)).not.toContain(at(0));
      }
      expect(await taken(resourceId)).toBe(1);
    });

    it('of times that overlap, of two practitioners, in any order: no time is given twice, and nothing fails', async () => {
      const both = [await practitioner(), await practitioner()];
      const wanted = (i: number) => (i % 3 === 0 ? both : i % 3 === 1 ? [...both].reverse() : [both[i % 2]!]);
      const outcomes = byOutcome(await inTurn(200, (client, i) => book(client, i, wanted(i), at(((i * 7) % 48) * 5))));
      expect([...outcomes.keys()].sort()).toEqual(['201', '409 time-taken']);
      const { rows } = await observer.query(`
        select from write.resource_allocations a join write.resource_allocations b
          on a.resource_id = b.resource_id and a.lane = b.lane and a.during && b.during and a.ctid < b.ctid`);
      expect(rows).toEqual([]);
      expect(outcomes.get('201')!.length).toBeGreaterThanOrEqual(4);
    });
  });
});
