import fc from 'fast-check';
import { sql } from '../src/database/sql.js';
import { type ApiOperation, apiOperations } from './support/api-operations.js';
import { startTestApp, type TestApp } from './support/app.js';
import { type Aimed, type HostileRequest, impossibleRequests, strangeRequests } from './support/hostile-requests.js';

/** Requests of each kind for each operation. More by FUZZ_RUNS, another beginning by FUZZ_SEED. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);
const SEED = process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']);

const NOBODY = '018f0000-0000-7000-8000-00000000dead';
const LAST_POSITION = sql`select coalesce(max(position), 0)::int8 as position from write.events`;

/** What is created first for the others to be about, by the first segment of its path. In this order. */
const CREATED_BY = {
  patients: 'patientsRegister',
  schedules: 'schedulesDefine',
  'service-types': 'serviceTypesDefine',
  holds: 'holdsHold',
  appointments: 'appointmentsBook',
  encounters: 'encountersStart',
  conditions: 'conditionsRecord',
  allergies: 'allergiesRecord',
  'medication-orders': 'medicationOrdersPrescribe',
  observations: 'observationsRecord',
  immunizations: 'immunizationsRecord',
};

type Things = Partial<Record<string, string>>;

const operations = apiOperations().filter(({ path }) => path.startsWith('/v1/'));
const each = operations.map((operation) => [operation.id, operation] as const);

/** A time of the next Monday but one, as UTC. */
const monday = (hour: number): string => {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + 14 - ((day.getUTCDay() + 6) % 7));
  day.setUTCHours(hour, 0, 0, 0);
  return day.toISOString();
};

/** The operation as the document's examples show it, about things that exist and at a time to come. */
function aim(operation: ApiOperation, things: Things): Aimed {
  const known: Record<string, unknown> = {
    patientId: things.patients,
    serviceTypeId: things['service-types'],
    resourceId: things.schedules,
    resourceIds: [things.schedules],
    encounterId: things.encounters,
    from: monday(0),
    to: monday(23),
    // Unique, or about something of its own.
    identifiers: undefined,
    appointmentId: undefined,
    ...(/^(holds|appointments)/.test(operation.id) && { start: monday(operation.id === 'holdsHold' ? 10 : 12) }),
  };
  const filled = (values: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(
      values
        .map(([name, value]) => [name, name in known ? known[name] : value])
        .filter(([, value]) => value !== undefined),
    ) as Record<string, unknown>;
  const required = operation.query.filter(({ required }) => required);
  const [, , resource = ''] = operation.path.split('/');
  return {
    operation,
    path: operation.path,
    id: things[resource === 'resources' ? 'schedules' : resource] ?? NOBODY,
    query: filled(required.map(({ name, schema }) => [name, String(schema.example)])) as Record<string, string>,
    ...(operation.body && { body: filled(Object.entries(operation.example as object)) }),
  };
}

describe('whatever is sent', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startTestApp();
    token = (await app.client('admin').token())!;
  });
  afterAll(() => app.close());

  const send = async ({ method, url, body, headers }: HostileRequest) => {
    const answer = await fetch(app.url + url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  };

  const sendExample = ({ operation, path, id, query, body }: Aimed) => {
    const parameters = new URLSearchParams(query);
    return send({
      method: operation.method,
      url: `${path.replace('{id}', id)}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`,
      ...(body && { body: JSON.stringify(body) }),
      headers: operation.method === 'PUT' ? { 'If-Match': '*' } : {},
    });
  };

  const createThings = async (): Promise<Things> => {
    const things: Things = {};
    for (const [thing, id] of Object.entries(CREATED_BY)) {
      const operation = operations.find((candidate) => candidate.id === id);
      if (!operation) throw new Error(`There is no operation ${id}`);
      const { status, text } = await sendExample(aim(operation, things));
      if (status !== 201) throw new Error(`The example of ${id} is answered with ${status}: ${text}`);
      things[thing] = (JSON.parse(text) as { id: string }).id;
    }
    await app.settle();
    return things;
  };

  const expectProblem = ({ status, type, text }: Awaited<ReturnType<typeof send>>) => {
    expect(type).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z0-9-]+$/) });
  };

  it.each(each)('%s takes its own example', async (_, operation) => {
    const { status, text } = await sendExample(aim(operation, await createThings()));
    // What an example is about may be in another state: 409 is a good answer to a good request.
    if (status >= 300 && status !== 409) throw new Error(`${status}: ${text}`);
  });

  it.each(each)('%s refuses what cannot be meant, and the log stays as it is', async (_, operation) => {
    const aimed = aim(operation, await createThings());
    const before = await app.database.query(LAST_POSITION);
    await fc.assert(
      fc.asyncProperty(impossibleRequests(aimed), async (request) => {
        const answer = await send(request);
        if (answer.status < 400 || answer.status > 499) throw new Error(`${answer.status}: ${answer.text}`);
        expectProblem(answer);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    await app.settle();
    expect(await app.database.query(LAST_POSITION)).toEqual(before);
  });

  it.each(each)('%s never fails on what is merely strange', async (_, operation) => {
    const aimed = aim(operation, await createThings());
    await fc.assert(
      fc.asyncProperty(strangeRequests(aimed), async (request) => {
        const answer = await send(request);
        if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
        if (answer.status >= 400) expectProblem(answer);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });
});
