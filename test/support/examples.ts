import type { ApiOperation } from './api-operations.js';
import type { TestApp } from './app.js';
import type { Aimed, HostileRequest } from './hostile-requests.js';

export interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends a request as it is, and checks nothing. */
export async function send(app: TestApp, token: string, request: HostileRequest): Promise<RawAnswer> {
  const { method, url, body, headers } = request;
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
}

/** Sends the document's example of an operation. */
export function sendExample(
  app: TestApp,
  token: string,
  { operation, path, id, query, body }: Aimed,
): Promise<RawAnswer> {
  const parameters = new URLSearchParams(query);
  return send(app, token, {
    method: operation.method,
    url: `${path.replace('{id}', id)}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`,
    ...(body && { body: JSON.stringify(body) }),
    headers: operation.method === 'PUT' ? { 'If-Match': '*' } : {},
  });
}

/** One of everything that can be created, by the examples of the document, and seen by every read model. */
export async function createThings(app: TestApp, token: string, operations: readonly ApiOperation[]): Promise<Things> {
  const things: Things = {};
  for (const [thing, id] of Object.entries(CREATED_BY)) {
    const operation = operations.find((candidate) => candidate.id === id);
    if (!operation) throw new Error(`There is no operation ${id}`);
    const { status, text } = await sendExample(app, token, aim(operation, things));
    if (status !== 201) throw new Error(`The example of ${id} is answered with ${status}: ${text}`);
    things[thing] = (JSON.parse(text) as { id: string }).id;
  }
  await app.settle();
  return things;
}

const NOBODY = '018f0000-0000-7000-8000-00000000dead';
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

export type Things = Partial<Record<string, string>>;

/** A time of the next Monday but one, as UTC. */
const monday = (hour: number): string => {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + 14 - ((day.getUTCDay() + 6) % 7));
  day.setUTCHours(hour, 0, 0, 0);
  return day.toISOString();
};

/** The operation as the document's examples show it, about things that exist and at a time to come. */
export function aim(operation: ApiOperation, things: Things): Aimed {
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
