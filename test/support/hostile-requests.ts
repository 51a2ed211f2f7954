import fc from 'fast-check';
import type { ApiOperation, Parameter, Schema } from './api-operations.js';

/** A request as it is sent. */
export interface HostileRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation with what would make it succeed. */
export interface Aimed {
  readonly operation: ApiOperation;
  /** With `{id}` in it, and without a query string. */
  readonly path: string;
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

type Place = { readonly path: readonly (string | number)[]; readonly schema: Schema; readonly required: boolean };

const BODY_LIMIT = 1024 * 1024;
const NO_JSON = [
  '{',
  '}',
  '{]',
  'nonsense',
  '{"a":1}}',
  "{'a':1}",
  '{"a":undefined}',
  '{"a":1,}',
  '\u0000',
  '{"__proto__":{}}',
];
const NO_OBJECT = ['[]', '5', '"text"', 'true', '[{}]', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`];
const NO_TEXT = ['a\u0000b', '\u0000', '\ud800', 'x\udc00'];
const NO_INSTANTS = [
  '0000-00-00',
  '2026-02-30T00:00:00Z',
  'yesterday',
  '2026-13-01T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+99:99',
  '+012026-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '1767225600',
  '',
];
const NO_DATES = [
  '0000-00-00',
  '2026-02-30',
  '2026-13-01',
  '12026-01-01',
  '-001-01-01',
  'yesterday',
  '1e9',
  '2026-1-1',
  '',
];
const NO_IDS = [
  '1',
  'abc',
  '-1',
  '018f0000-0000-7000-8000-00000000000',
  '018f0000-0000-7000-8000-00000000000g',
  "1' or '1'='1",
];
const NO_IDS_IN_A_PATH = [
  ...NO_IDS.map(encodeURIComponent),
  'null',
  '..',
  '%2e%2e',
  '%F0%9F%92%A9',
  '%00',
  '%E0%A4%A',
  'x'.repeat(2000),
  '{id}',
];
const UNEXPECTED = ['unexpected', 'constructor', 'toString', 'hasOwnProperty', '$where', '', 'a.b', 'x'.repeat(500)];

const SQL = [
  "'; drop table write.events; --",
  '" or ""="',
  "1' or '1'='1",
  '$1',
  '%',
  '_',
  '\\',
  '); select pg_sleep(9); --',
  "E'\\000'",
];
const UNICODE = [
  'Ünal',
  '张伟',
  'محمد',
  '👩‍⚕️',
  'Z̸̢̛a͓l̵g̴o',
  '\u202eevil',
  '\ufeff',
  'İ',
  'ß',
  '\u2028',
  '😀'.repeat(50),
  "O'Brien",
  '<script>',
];
const FAR_INSTANTS = [
  '1000-01-01T00:00:00Z',
  '1875-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '1969-12-31T23:59:59.999Z',
  '2038-01-19T03:14:08Z',
];
const NUMBERS = [0, -0, -1, 1.5, 1e21, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 53, 2 ** 31, 1e-320];

/** Every place of the body, by the schema: `/name`, `/name/family`, `/telecom/0/value`, … */
function places(schema: Schema, value: unknown, path: Place['path'] = [], required = true): Place[] {
  if (value === undefined) return [];
  const here: Place = { path, schema, required };
  if (Array.isArray(value)) {
    const { items } = schema;
    return [here, ...(items ? value.flatMap((element, i) => places(items, element, [...path, i], true)) : [])];
  }
  if (typeof value !== 'object' || value === null) return [here];
  const fields = value as Record<string, unknown>;
  return [
    here,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
      places(part, fields[name], [...path, name], schema.required?.includes(name) ?? false),
    ),
  ];
}

/** A copy of `document` with `change` at one place. */
function changed(document: unknown, [key, ...rest]: Place['path'], change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(document);
  if (Array.isArray(document)) return document.map((part, i) => (i === key ? changed(part, rest, change) : part));
  const fields = document as Record<string, unknown>;
  return { ...fields, [key]: changed(fields[key], rest, change) };
}

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** Values that no validation can take at such a place. */
function impossible({ schema, required }: Place): fc.Arbitrary<unknown> {
  const missing = required ? [null] : [];
  switch (typeOf(schema)) {
    case 'string': {
      const texts = [
        ...NO_TEXT,
        ...(schema.enum ? ['no such code', ''] : []),
        ...(schema.format === 'uuid' ? NO_IDS : []),
        ...(schema.format === 'date-time' ? NO_INSTANTS : []),
        ...(schema.format === 'date' ? NO_DATES : []),
        ...(schema.maxLength ? ['x'.repeat(schema.maxLength + 1)] : []),
      ];
      return oneOf<unknown>(...texts, 5, true, {}, [], ['x'], ...missing);
    }
    case 'number':
    case 'integer': {
      const { minimum, maximum } = schema;
      const beyond = [...(minimum === undefined ? [] : [minimum - 1]), ...(maximum === undefined ? [] : [maximum + 1])];
      return oneOf<unknown>('x', '', 'NaN', {}, [], [1], true, ...beyond, ...missing);
    }
    case 'boolean':
      return oneOf<unknown>('yes', 'true', 1, {}, [], ...missing);
    case 'array': {
      const { maxItems } = schema;
      return oneOf<unknown>(
        'x',
        5,
        {},
        [null],
        [[]],
        [{ unexpected: 1 }],
        ...(maxItems ? [Array(maxItems + 1).fill('x')] : []),
        ...missing,
      );
    }
    default:
      return oneOf<unknown>('x', 5, true, [], [null], [{}], ...missing);
  }
}

const typeOf = ({ type, properties }: Schema) => (Array.isArray(type) ? type[0] : (type ?? (properties && 'object')));

const withQuery = (path: string, id: string, query: readonly (readonly [string, string])[]) => {
  const filled = path.replace('{id}', id);
  return query.length > 0
    ? `${filled}?${new URLSearchParams([...query].map(([name, value]): [string, string] => [name, value])).toString()}`
    : filled;
};

const requestOf = (
  { operation: { method }, path, id, query }: Aimed,
  more: Partial<HostileRequest> = {},
): HostileRequest => ({
  method,
  url: withQuery(path, id, Object.entries(query)),
  ...more,
  // Any version will do: it is the request that has to be refused.
  headers: { ...(method === 'PUT' && { 'If-Match': '*' }), ...more.headers },
});

/** Requests that cannot be meant: every one has to be refused. */
export function impossibleRequests(aimed: Aimed): fc.Arbitrary<HostileRequest> {
  const { operation, path, query, body } = aimed;
  const isQuery = operation.method === 'GET';
  const good = body && JSON.stringify(body);
  const send = (more: Partial<HostileRequest>) =>
    requestOf(aimed, { ...(good !== undefined && { body: good }), ...more });
  const kinds: fc.Arbitrary<HostileRequest>[] = [];

  if (path.includes('{id}')) {
    kinds.push(oneOf(...NO_IDS_IN_A_PATH).map((id) => send({ url: withQuery(path, id, Object.entries(query)) })));
  }
  kinds.push(
    oneOf('unexpected', 'limit[]', '__proto__', 'constructor').map((name) =>
      send({ url: withQuery(path, aimed.id, [...Object.entries(query), [name, '1']]) }),
    ),
    oneOf(
      ['X-Purpose-Of-Use', 'because'],
      ['X-On-Behalf-Of', 'a b'],
      isQuery ? ['Consistency-Token', '-1'] : ['Idempotency-Key', 'x'.repeat(256)],
    ).map(([name, value]) => send({ headers: { [name!]: value! } })),
  );
  if (operation.query.length > 0) kinds.push(impossibleQueries(aimed).map((url) => send({ url })));
  if (isQuery) return fc.oneof(...kinds);

  kinds.push(
    oneOf(...NO_JSON, ...NO_OBJECT).map((text) => send({ body: text })),
    fc
      .string({ minLength: 1 })
      .filter(isNoJson)
      .map((text) => send({ body: text })),
    oneOf('text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense').map((type) =>
      send({ body: 'a=1', headers: { 'content-type': type } }),
    ),
    fc.constant(send({ body: `{"text":"${'x'.repeat(BODY_LIMIT)}"}` })),
  );
  if (!body || !operation.body || good === undefined) {
    return fc.oneof(
      ...kinds,
      oneOf(...UNEXPECTED).map((name) => send({ body: JSON.stringify({ [name]: 1 }) })),
    );
  }

  const all = places(operation.body, body);
  const objects = all.filter(({ schema }) => schema.properties);
  const needed = all.filter(({ path: at, required }) => required && typeof at.at(-1) === 'string');
  kinds.push(
    fc.integer({ min: 1, max: good.length - 1 }).map((length) => send({ body: good.slice(0, length) })),
    fc
      .tuple(oneOf(...objects), oneOf(...UNEXPECTED), fc.jsonValue())
      .map(([{ path: at }, name, value]) =>
        send({ body: JSON.stringify(changed(body, at, (object) => ({ ...(object as object), [name]: value }))) }),
      ),
  );
  // Weighed by their number: these are what an API has most of.
  const wrong = oneOf(...all.filter(({ path: at }) => at.length > 0)).chain((place) =>
    impossible(place).map((value) => send({ body: JSON.stringify(changed(body, place.path, () => value)) })),
  );
  kinds.push(wrong, wrong, wrong);
  if (needed.length > 0) {
    kinds.push(
      oneOf(...needed).map(({ path: at }) => send({ body: JSON.stringify(changed(body, at, () => undefined)) })),
    );
  }
  return fc.oneof(...kinds);
}

function impossibleQueries({ operation, path, id, query }: Aimed): fc.Arbitrary<string> {
  return oneOf(...operation.query).chain((parameter) => {
    const others = Object.entries(query).filter(([name]) => name !== parameter.name);
    return impossibleValues(parameter).map((values) =>
      withQuery(path, id, [...others, ...values.map((value) => [parameter.name, value] as const)]),
    );
  });
}

/** Several values: the parameter is repeated. */
function impossibleValues({ required, schema }: Parameter): fc.Arbitrary<string[]> {
  const { items = schema } = schema;
  const texts = [
    'a\u0000b',
    ...(items.enum ? ['no such code'] : []),
    ...(items.format === 'uuid' ? NO_IDS : []),
    ...(items.format === 'date-time' ? NO_INSTANTS : []),
    ...(items.format === 'date' ? NO_DATES : []),
    ...(['number', 'integer'].includes(String(items.type)) ? ['x', '-5', '1e99', '0.5', ''] : []),
    ...(items.maxLength ? ['x'.repeat(items.maxLength + 1)] : []),
  ];
  const one: fc.Arbitrary<string[]> = oneOf(...texts).map((text) => [text]);
  return required ? fc.oneof(one, fc.constant<string[]>([])) : one;
}

function isNoJson(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** Requests that may be meant, by somebody strange: they may succeed or be refused, and never make the API fail. */
export function strangeRequests(aimed: Aimed): fc.Arbitrary<HostileRequest> {
  const { operation, path, id, query, body } = aimed;
  const text = fc.oneof(
    oneOf(...SQL, ...UNICODE, ...FAR_INSTANTS, ...NO_INSTANTS, ...NO_DATES, ...NO_IDS),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 50 }),
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: oneOf<unknown>(...NUMBERS, null, true, {}, []) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
  const headers = fc.record(
    {
      'If-Match': oneOf(
        '*',
        '"0"',
        '"1"',
        '"999999999999999"',
        'W/"2"',
        '"abc"',
        ...SQL.map((each) => `"${each.replaceAll(/["\s]/g, '')}"`),
      ),
      Prefer: oneOf('return=representation', 'return=minimal', ';;,=', 'return='),
      'Idempotency-Key': oneOf(...SQL, ' ', '0'),
      'Consistency-Token': oneOf('0', '1', 'x'),
      'X-Correlation-Id': oneOf(...SQL, ...NO_IDS),
    },
    { requiredKeys: [] },
  );
  const bodies = bodiesWith(operation, body, text, value);
  const queries = fc.array(
    fc.tuple(
      oneOf(...operation.query.map(({ name }) => name), 'cursor', 'x'),
      text.map((each) => each.toWellFormed()),
    ),
    { maxLength: 2 },
  );
  const ids = fc.oneof({ weight: 4, arbitrary: fc.constant(id) }, { weight: 1, arbitrary: fc.uuid() });
  return fc.tuple(bodies, headers, queries, ids).map(([sent, given, parameters, about]) =>
    requestOf(aimed, {
      url: withQuery(path, about, [...Object.entries(query), ...parameters]),
      ...(sent !== undefined && { body: sent }),
      headers: given,
    }),
  );
}

/** The good body with some of its places, or all of its texts, replaced. */
function bodiesWith(
  { body: schema }: ApiOperation,
  body: Aimed['body'],
  text: fc.Arbitrary<string>,
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<string | undefined> {
  if (!schema || !body) return fc.constant(undefined);
  const all = places(schema, body).filter(({ path }) => path.length > 0);
  const texts = all.filter((place) => typeOf(place.schema) === 'string' && !place.schema.format && !place.schema.enum);
  const some = fc
    .array(fc.tuple(oneOf(...all), value), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.toSorted(([a], [b]) => b.path.length - a.path.length))
    .map((changes) => changes.reduce<unknown>((whole, [{ path }, to]) => changed(whole, path, () => to), body));
  const everyText = fc
    .array(text, { minLength: texts.length, maxLength: texts.length })
    .map((values) => texts.reduce<unknown>((whole, { path }, i) => changed(whole, path, () => values[i]), body));
  return fc.oneof(some, everyText).map((whole) => JSON.stringify(whole));
}
