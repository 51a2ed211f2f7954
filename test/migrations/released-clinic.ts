import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Answer, CallerRole } from '../support/client.js';
import { Load } from '../support/load.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { RealProcess } from '../support/process.js';
import type { Replay } from '../support/released-data.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const HOUR = 3_600_000;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** No projection, saga or worker has anything to do. */
const SETTLED = `
  not exists (select from write.subscriptions where position < (select max(position) from write.events))
  and not exists (select from write.pending_commands where status = 'pending' and due_at < now())`;

/** A released build, in whose working copy this runs, on a PostgreSQL server of its own; and what is done with it over HTTP. */
export class ReleasedClinic {
  readonly replays: Replay[] = [];
  readonly load: Load;
  private hour = Math.ceil(Date.now() / HOUR) * HOUR + 12 * HOUR;
  private serviceTypeId = '';
  private practitionerId = '';

  private constructor(
    readonly databaseUrl: string,
    /** Works as the operator of the database. */
    readonly owner: pg.Client,
    private readonly server: TestPostgres,
    private readonly processes: RealProcess[],
    seed: number,
  ) {
    this.load = new Load(processes, seed);
  }

  static async open(bin: string, seed: number): Promise<ReleasedClinic> {
    const server = await startPostgres({ bin, durable: false, label: 'release' });
    await administer(server.url(), 'create database anamnesis');
    const url = server.url('anamnesis');
    await run(process.execPath, ['dist/src/database/migrate.js'], { env: { ...process.env, DATABASE_URL: url } });
    const owner = new pg.Client({ connectionString: url });
    owner.on('error', () => undefined);
    await owner.connect();
    return new ReleasedClinic(url, owner, server, [], seed);
  }

  async close(): Promise<void> {
    await this.end('kill');
    await this.owner.end();
    await this.server.remove();
  }

  async start(role: 'all' | 'api'): Promise<void> {
    const api = new RealProcess({ databaseUrl: this.databaseUrl, env: { MIGRATE_ON_START: 'false', ROLE: role } });
    this.processes.push(api);
    await api.start();
    if (role === 'all') await api.ready();
  }

  async end(how: 'stop' | 'kill'): Promise<void> {
    for (const api of this.processes.splice(0)) await api[how]();
  }

  async untilSo(condition: string, timeoutMs = 30_000): Promise<void> {
    await until(async () => {
      const { rows } = await this.owner.query<{ so: boolean }>(`select (${condition}) as so`);
      return rows[0]!.so;
    }, timeoutMs);
  }

  settled(): Promise<void> {
    return this.untilSo(SETTLED);
  }

  /** A command that nothing may forbid. What it was answered is kept. */
  async send(
    role: CallerRole,
    method: Replay['method'],
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer['body']> {
    const { ledger } = this.load;
    const answer = await ledger.command(role, method, path, body, headers);
    if (!answer) throw new Error(`${method} ${path}: ${JSON.stringify([ledger.refused.at(-1), ledger.faults])}`);
    const request = { role, method, path, ...(body && { body }), ...(headers && { headers }) };
    this.replays.push({
      ...request,
      key: ledger.acknowledged.at(-1)!.key,
      status: answer.status,
      answer: answer.body as unknown,
      etag: answer.headers.get('etag') ?? '',
      token: answer.headers.get('consistency-token') ?? '',
    });
    return answer.body;
  }

  async created(role: CallerRole, path: string, body: object): Promise<string> {
    return String((await this.send(role, 'POST', path, body)).id);
  }

  patient(family: string): Promise<string> {
    return this.created('receptionist', '/v1/patients', { ...person(family), identifiers: [] });
  }

  /** A practitioner and a room that are open day and night. Returns the room. */
  async opens(): Promise<string> {
    this.serviceTypeId = await this.created('admin', '/v1/service-types', {
      name: 'Consultation',
      durationMinutes: 30,
      bufferBeforeMinutes: 5,
      bufferAfterMinutes: 10,
    });
    const schedule = (type: string, name: string) =>
      this.created('admin', '/v1/schedules', {
        resource: { type, name },
        timeZone: 'Europe/London',
        weeklyHours: hours('24:00'),
      });
    this.practitionerId = await schedule('practitioner', 'Dr Amara Okafor');
    return schedule('room', 'Room 4');
  }

  booked(patientId: string): Promise<string> {
    return this.created('receptionist', '/v1/appointments', this.nextTime(patientId));
  }

  held(patientId: string, ttlSeconds: number): Promise<string> {
    return this.created('receptionist', '/v1/holds', { ...this.nextTime(patientId), ttlSeconds });
  }

  /** What there is to see of all patients, charts and appointments, by path, without what depends on the clock. */
  async seen(but: string): Promise<Record<string, object>> {
    const { rows } = await this.owner.query<{ id: string; type: string }>(`
      select stream_id as id, stream_type as type from write.streams
      where stream_type in ('patients.patient', 'appointments.appointment') order by 1`);
    const paths = rows.flatMap(({ id, type }) =>
      type === 'patients.patient' ? [`/v1/patients/${id}`, `/v1/patients/${id}/chart`] : [`/v1/appointments/${id}`],
    );
    const seen: Record<string, object> = {};
    for (const path of paths.filter((one) => one !== but)) {
      const answer = await this.load.ledger.read('admin', path);
      if (answer?.status !== 200) throw new Error(`GET ${path}: ${answer?.status}`);
      seen[path] = withoutActions(answer.body as object);
    }
    return seen;
  }

  private nextTime(patientId: string): object {
    const { serviceTypeId, practitionerId } = this;
    this.hour += HOUR;
    return { patientId, serviceTypeId, resourceIds: [practitionerId], start: new Date(this.hour).toISOString() };
  }
}

export const person = (family: string) => ({
  name: { family, given: ['Ada', 'Augusta'] },
  birthDate: '1980-02-29',
  gender: 'female',
  telecom: [{ system: 'phone', value: '020 7946 0958', use: 'home' }],
  address: { line: ['12 St James’s Square'], city: 'London', postalCode: 'SW1Y 4LB', country: 'GB' },
});

export const hours = (to: string) => DAYS.map((day) => ({ day, from: '00:00', to }));

const withoutActions = (body: object): object =>
  JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'allowedActions' ? undefined : value))) as object;
