import {
  Body,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  Global,
  InternalServerErrorException,
  Logger,
  Module,
  Param,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, ValidateNested } from 'class-validator';
import { connect } from 'node:net';
import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { DatabaseBusy, DatabaseUnavailable } from '../src/database/unavailable.js';
import { ConcurrencyConflict, DomainError, RunAgain } from '../src/event-sourcing/errors.js';
import { currentContext, type ExecutionContext } from '../src/event-sourcing/execution-context.js';
import { invalid, notFound, refused } from '../src/event-sourcing/index.js';
import {
  ApiAdapter,
  CommandRoute,
  configureApp,
  decodeCursor,
  HttpModule,
  IdPipe,
  IsId,
  IsPlainText,
  PageQuery,
  QueryRoute,
} from '../src/http/index.js';
import { Allow, assertMaySee, PatientScoped, Public, SecurityModule, SecurityOptions } from '../src/security/index.js';

const ID = '018f0000-0000-7000-8000-000000000001';
const OTHER = '018f0000-0000-7000-8000-000000000002';
const SECRET_VALUE = 'Mustermann';

class PgError extends pg.DatabaseError {
  constructor(sqlState: string) {
    super(`invalid input syntax for type uuid: "${SECRET_VALUE}"`, 0, 'error');
    this.code = sqlState;
    this.severity = 'ERROR';
    this.detail = `Key (family)=(${SECRET_VALUE}) already exists.`;
    this.constraint = 'patients_family_key';
  }
}

const ERRORS: Record<string, () => unknown> = {
  invalid: () => invalid('end-before-start', 'The end is before the start.', '/end'),
  forbidden: () => new DomainError('forbidden', 'not-yours', 'It is not yours.'),
  'not-found': () => notFound('thing'),
  refused: () => refused('time-taken', 'The time is taken.', { nextFree: ['2026-03-01T09:00:00.000Z'] }),
  version: () => new DomainError('version', 'version-mismatch', 'Changed.', { currentVersion: 7 }),
  'version-required': () => new DomainError('version-required', 'if-match-required', 'Needs If-Match.'),
  'key-reused': () => new DomainError('key-reused', 'idempotency-key-reused', 'Another request.'),
  unavailable: () => new DomainError('unavailable', 'read-model-behind', 'Not yet.'),
  database: () => new DatabaseUnavailable(new Error('ECONNREFUSED 10.0.0.1')),
  busy: () => new DatabaseBusy('5000 statements wait already'),
  missingColumn: () => new DatabaseUnavailable(new PgError('42703'), '42703'),
  missingTable: () => new DatabaseUnavailable(Object.assign(new PgError('42P01'), { table: 'lost' }), '42P01'),
  throughTypeOrm: () => new QueryFailedError('select', [SECRET_VALUE], new PgError('42501')),
  dataThroughTypeOrm: () => new QueryFailedError('select', [SECRET_VALUE], new PgError('22003')),
  otherSystem: () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  conflict: () => new ConcurrencyConflict(ID, 1, 2),
  runAgain: () => new RunAgain('something stood in the way'),
  data: () => new PgError('22P02'),
  tooBigForTheIndex: () => new PgError('54000'),
  deadlock: () => new PgError('40P01'),
  timeout: () => new PgError('57014'),
  unexpectedViolation: () => new PgError('23505'),
  fault: () => new TypeError("Cannot read properties of undefined (reading 'x')"),
  nothing: () => 'a string',
  nest: () => new ForbiddenException(`about ${SECRET_VALUE}`),
  nestFault: () => new InternalServerErrorException('the wiring is wrong'),
};

class Name {
  @IsPlainText(20)
  family!: string;
}

class ThingRequest {
  @ValidateNested()
  @Type(() => Name)
  name!: Name;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Name)
  aliases?: Name[];

  @IsOptional()
  @IsInt()
  size?: number;
}

class HoldRequest {
  @IsId()
  patientId!: string;
}

class ThingQuery {
  constructor(readonly id: string) {}
}

const seen: ExecutionContext[] = [];

/** As the durable command bus does when the command is committed. */
function committed<T>(result: T, ...ids: string[]): Promise<T> {
  const context = currentContext();
  seen.push({ ...context });
  context.outcome = { position: 42, versions: new Map(ids.map((id, i) => [id, 3 + i])) };
  return Promise.resolve(result);
}

@Allow('receptionist', 'admin')
@Controller('things')
class ThingsController {
  @Post()
  @CommandRoute({ summary: 'Create', creates: '/v1/things/:id', represents: (id) => new ThingQuery(id) })
  create(@Body() request: ThingRequest) {
    return committed({ id: ID, size: request.size }, ID);
  }

  @Post('silent')
  @CommandRoute({ summary: 'Create without a result', creates: '/v1/things/:id' })
  createSilently() {
    return committed(undefined, ID);
  }

  @Post('unrepresentable')
  @CommandRoute({ summary: 'Create', creates: '/v1/things/:id', represents: () => new ThingQuery('behind') })
  createUnseen() {
    return committed({ id: ID }, ID);
  }

  @Put(':id')
  @CommandRoute({ summary: 'Change', ifMatch: 'required' })
  change(@Param('id', IdPipe) id: string, @Body() request: ThingRequest) {
    return committed({ family: request.name.family }, OTHER, id);
  }

  @Post(':id/closing')
  @CommandRoute({ summary: 'Close' })
  close(@Param('id', IdPipe) id: string) {
    return committed(undefined, id);
  }

  @Delete(':id')
  @CommandRoute({ summary: 'Remove' })
  remove(@Param('id', IdPipe) id: string) {
    return committed(undefined, id);
  }

  @Get()
  @QueryRoute({ summary: 'List', consistent: true })
  list(@Query() { limit, cursor }: PageQuery) {
    return { limit, after: decodeCursor(cursor, 'text', 'id') ?? null, items: [] };
  }

  @Get('errors/:kind')
  @QueryRoute({ summary: 'Fail' })
  fail(@Param('kind') kind: string) {
    throw ERRORS[kind]!();
  }

  @Get(':id')
  @QueryRoute({ summary: 'Read', consistent: true })
  read(@Param('id', IdPipe) id: string) {
    seen.push({ ...currentContext() });
    return { id, version: 5 };
  }
}

@Controller('patients')
class PatientsController {
  @Get(':id')
  @Allow('receptionist', 'patient')
  @PatientScoped('id')
  @QueryRoute({ summary: 'Read' })
  read(@Param('id', IdPipe) id: string) {
    return { id, actor: currentContext().actor };
  }

  @Post('holds')
  @Allow('patient')
  @PatientScoped('body.patientId')
  @CommandRoute({ summary: 'Hold', creates: '/v1/holds/:id' })
  hold(@Body() _request: HoldRequest) {
    return committed({ id: ID }, ID);
  }

  @Get('of/:thing')
  @Allow('patient')
  @QueryRoute({ summary: 'Read what is found by its own id' })
  readByThing(@Param('thing', IdPipe) thing: string) {
    assertMaySee(thing);
    return { thing };
  }

  @Get('public/page')
  @Public()
  open() {
    return { open: true };
  }
}

class FakeQueryBus {
  execute(query: ThingQuery) {
    if (query.id === 'behind') throw new DomainError('unavailable', 'read-model-behind', 'Not yet.');
    return Promise.resolve({ id: query.id, version: 3, represented: currentContext().consistencyToken });
  }
}

@Global()
@Module({
  providers: [
    { provide: QueryBus, useClass: FakeQueryBus },
    { provide: SecurityOptions, useValue: { developmentIssuer: {} } },
  ],
  exports: [QueryBus, SecurityOptions],
})
class Surroundings {}

describe('the conventions of the API', () => {
  let app: NestFastifyApplication;
  let url: string;
  let logged: jest.SpyInstance;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [Surroundings, SecurityModule, HttpModule],
      controllers: [ThingsController, PatientsController],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new ApiAdapter({ bodyLimit: 10_000 }), {
      logger: false,
    });
    configureApp(app);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    tokens.receptionist = await tokenOf({ role: 'receptionist' });
    tokens.practitioner = await tokenOf({ role: 'practitioner' });
    tokens.patient = await tokenOf({ role: 'patient', patientId: ID.toUpperCase(), subject: 'pat' });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    seen.length = 0;
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(() => logged.mockRestore());

  const tokenOf = async (body: object) => {
    const answer = await fetch(`${url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  const call = async (
    method: string,
    path: string,
    { body, as = 'receptionist', headers }: { body?: unknown; as?: string; headers?: Record<string, string> } = {},
  ) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(tokens[as] && { authorization: `Bearer ${tokens[as]}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: (text ? JSON.parse(text) : undefined) as Record<string, unknown>,
    };
  };
  type Called = Awaited<ReturnType<typeof call>>;

  const expectProblem = ({ status, headers, body }: Called, expected: number, code: string, more: object = {}) => {
    expect(body).toMatchObject({ status: expected, code, type: `/problems/${code}`, ...more });
    expect(typeof body.title).toBe('string');
    expect(typeof body.detail).toBe('string');
    expect(status).toBe(expected);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('x-correlation-id') ?? 'none').toMatch(/^[0-9a-f-]{36}$/);
  };

  const errors: readonly (readonly [string, number, string, object?])[] = [
    ['invalid', 400, 'end-before-start', { errors: [{ pointer: '/end', detail: 'The end is before the start.' }] }],
    ['forbidden', 403, 'not-yours'],
    ['not-found', 404, 'thing-not-found'],
    ['refused', 409, 'time-taken', { nextFree: ['2026-03-01T09:00:00.000Z'], detail: 'The time is taken.' }],
    ['version', 412, 'version-mismatch', { currentVersion: 7 }],
    ['version-required', 428, 'if-match-required'],
    ['key-reused', 422, 'idempotency-key-reused'],
    ['unavailable', 503, 'read-model-behind'],
    ['database', 503, 'database-unavailable'],
    ['busy', 503, 'busy'],
    ['missingColumn', 503, 'database-unavailable'],
    ['throughTypeOrm', 503, 'database-unavailable'],
    ['dataThroughTypeOrm', 400, 'invalid-value'],
    ['otherSystem', 500, 'internal-error'],
    ['conflict', 409, 'concurrent-change'],
    ['runAgain', 409, 'concurrent-change'],
    ['data', 400, 'invalid-value'],
    ['tooBigForTheIndex', 400, 'invalid-value'],
    ['deadlock', 503, 'busy'],
    ['timeout', 503, 'busy'],
    ['unexpectedViolation', 500, 'internal-error'],
    ['fault', 500, 'internal-error'],
    ['nothing', 500, 'internal-error'],
    ['nest', 403, 'forbidden'],
    ['nestFault', 500, 'internal-error'],
  ];
  it.each(errors.map(([kind, status, code, more = {}]) => [kind, status, code, more] as const))(
    'answers the error %s with %i %s',
    async (kind, status, code, more) => {
      const answer = await call('GET', `/v1/things/errors/${kind}`);
      expectProblem(answer, status, code, more);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
      expect(answer.text).not.toMatch(/Mustermann|ECONNREFUSED|TypeError|\.ts\b/);
      const forTheOperator = status === 500 || kind === 'missingColumn' || kind === 'throughTypeOrm';
      expect(logged).toHaveBeenCalledTimes(forTheOperator ? 1 : 0);
      expect(JSON.stringify(logged.mock.calls)).not.toContain(SECRET_VALUE);
    },
  );

  it('logs what an operator has to mend in the database once, with what is missing, and not for each request', async () => {
    for (let request = 0; request < 3; request++) await call('GET', '/v1/things/errors/missingTable');
    expect(logged.mock.calls).toMatchObject([[{ sqlState: '42P01', error: 'DatabaseUnavailable', table: 'lost' }]]);
    expect(JSON.stringify(logged.mock.calls)).not.toContain(SECRET_VALUE);
  });

  it('logs a fault with route and correlation id, and not with the address', async () => {
    const correlationId = '0190a000-0000-7000-8000-00000000abcd';
    await call('GET', '/v1/things/errors/fault', { headers: { 'X-Correlation-Id': correlationId } });
    expect(logged.mock.calls[0][0]).toMatchObject({ correlationId, route: 'GET /v1/things/errors/:kind' });
  });

  describe('a request that is not one', () => {
    const thing = { name: { family: 'x' } };

    it('answers malformed JSON with 400', async () => {
      for (const body of ['{', '{"name":}', 'nonsense', '{"a":1}}', '{"name":{"family":"a\u0001b"}}']) {
        expectProblem(await call('POST', '/v1/things', { body }), 400, 'malformed-json');
      }
    });
    it('answers bytes that are no UTF-8 with 400', async () => {
      const answer = await fetch(`${url}/v1/things`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.receptionist}`, 'content-type': 'application/json' },
        body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'malformed-json' });
    });
    it('answers prototype pollution with 400', async () => {
      for (const key of ['__proto__', 'constructor']) {
        const body = `{"name":{"family":"x"},"${key}":{"prototype":{"admin":true}}}`;
        expectProblem(await call('POST', '/v1/things', { body }), 400, 'malformed-json');
      }
    });
    it('answers a body that is too large with 413', async () => {
      const body = { name: { family: 'x'.repeat(20_000) } };
      expectProblem(await call('POST', '/v1/things', { body }), 413, 'body-too-large');
    });
    it('answers another media type with 415', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/xml',
        'multipart/form-data',
      ]) {
        const headers = { 'content-type': type };
        expectProblem(await call('POST', '/v1/things', { body: 'a=b', headers }), 415, 'unsupported-media-type');
      }
    });
    it('answers a body that is absent, empty or no object with what is wrong with it', async () => {
      for (const body of [undefined, '', 'null', '{}']) {
        const answer = await call('POST', '/v1/things', { body });
        expectProblem(answer, 400, 'validation-failed');
        expect(answer.body.errors).toContainEqual({ pointer: '/name', detail: expect.any(String) as string });
      }
      for (const body of ['[]', '5', '"text"', 'true', '[{"name":{"family":"x"}}]']) {
        const answer = await call('POST', '/v1/things', { body });
        expectProblem(answer, 400, 'validation-failed', {
          errors: [{ pointer: '', detail: 'The body must be a JSON object.' }],
        });
      }
    });
    it('answers nesting that nobody needs with 400', async () => {
      const body = `{"name":${'['.repeat(4000)}${']'.repeat(4000)}}`;
      expectProblem(await call('POST', '/v1/things', { body }), 400, 'nested-too-deeply');
    });
    it('answers U+0000 and halves of surrogate pairs with a pointer to them', async () => {
      for (const text of ['a\\u0000b', '\\ud800']) {
        const body = `{"name":{"family":"x"},"aliases":[{"family":"${text}"}]}`;
        const errors = [{ pointer: '/aliases/0/family', detail: expect.any(String) as string }];
        expectProblem(await call('POST', '/v1/things', { body }), 400, 'invalid-text', { errors });
      }
    });
    it('answers each invalid field with a pointer to it', async () => {
      const body = { name: {}, aliases: [{ family: 'ok' }, { family: '' }], size: 'big', 'a/b~c': 1 };
      const answer = await call('POST', '/v1/things', { body });
      expectProblem(answer, 400, 'validation-failed');
      const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
      expect(new Set(pointers)).toEqual(new Set(['/name/family', '/aliases/1/family', '/size', '/a~1b~0c']));
    });
    it('answers an array where an object belongs, and what is no object in an array of them', async () => {
      for (const [body, pointer] of [
        [{ name: [] }, '/name'],
        [{ name: [{ family: 'x' }] }, '/name'],
        [{ name: null }, '/name'],
        [{ name: { family: 'x' }, aliases: { family: 'x' } }, '/aliases'],
        [{ name: { family: 'x' }, aliases: [null] }, '/aliases/0'],
        [{ name: { family: 'x' }, aliases: [{ family: 'x' }, []] }, '/aliases/1'],
        [{ name: { family: 'x' }, aliases: ['x'] }, '/aliases'],
      ] as const) {
        const answer = await call('POST', '/v1/things', { body });
        expectProblem(answer, 400, 'validation-failed');
        expect((answer.body.errors as { pointer: string }[])[0]?.pointer.startsWith(pointer)).toBe(true);
      }
    });
    it('answers a body where none belongs, but takes an empty object', async () => {
      const path = `/v1/things/${ID}/closing`;
      expect((await call('POST', path)).status).toBe(200);
      expect((await call('POST', path, { body: {} })).status).toBe(200);
      expect((await call('POST', path, { body: '' })).status).toBe(200);
      expectProblem(await call('POST', path, { body: { force: true } }), 400, 'validation-failed', {
        errors: [{ pointer: '/force', detail: expect.any(String) as string }],
      });
      expectProblem(await call('POST', path, { body: '{' }), 400, 'malformed-json');
    });
    it('answers unknown and invalid query parameters with their names', async () => {
      for (const [query, parameter] of [
        ['limit=0', 'limit'],
        ['limit=201', 'limit'],
        ['limit=x', 'limit'],
        ['limit=5&limit=6', 'limit'],
        ['cursor=!', 'cursor'],
        ['cursor=abc', 'cursor'],
        ['offset=5', 'offset'],
      ]) {
        const answer = await call('GET', `/v1/things?${query}`);
        expect(answer.body.errors).toContainEqual({ parameter, detail: expect.any(String) as string });
        expect(answer.status).toBe(400);
      }
      const parameterWhereNoneIs = await call('GET', `/v1/things/${ID}?asof=2026`);
      expectProblem(parameterWhereNoneIs, 400, 'validation-failed', {
        errors: [{ parameter: 'asof', detail: expect.any(String) as string }],
      });
    });
    it('answers an id that is none with 400, and one in capitals as any other', async () => {
      for (const id of ['1', 'abc', `${ID}x`, "1'--", '%E0%A4%A', '..%2f..', 'x'.repeat(3000)]) {
        const answer = await call('GET', `/v1/things/${id}`);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          400,
          expect.stringContaining('problem+json'),
        ]);
      }
      expect((await call('GET', `/v1/things/${ID.toUpperCase()}`)).body.id).toBe(ID);
    });
    it('answers an address that is no address with 400', async () => {
      const answer = await call('GET', '/%ZZ');
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'malformed-request' });
      expectProblem(await call('GET', '/v1/things?cursor=a%00b'), 400, 'invalid-text');
    });
    it('answers an unknown address or method with 404', async () => {
      for (const [method, path] of [
        ['GET', '/v1/nothing'],
        ['GET', '/'],
        ['PATCH', '/v1/things'],
        ['GET', '/things'],
      ] as const) {
        expectProblem(await call(method, path), 404, 'route-not-found');
      }
    });
    it('answers what Node cannot read with a problem', async () => {
      for (const [request, status] of [
        [`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
        ['NONSENSE\r\n\r\n', 400],
      ] as const) {
        const answer = await raw(request);
        expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(answer).toContain('application/problem+json');
        expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status });
      }
    });
    it('still takes what is well', async () => {
      expect((await call('POST', '/v1/things', { body: thing })).status).toBe(201);
    });
  });

  const raw = (request: string) =>
    new Promise<string>((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });

  describe('a command', () => {
    const thing = { name: { family: ' Ünal ' }, size: 3 };

    it('answers a creation with 201, Location, ETag, Consistency-Token, id and version', async () => {
      const { status, headers, body } = await call('POST', '/v1/things', { body: thing });
      expect(body).toEqual({ id: ID, version: 3, size: 3 });
      expect(status).toBe(201);
      expect(headers.get('location')).toBe(`/v1/things/${ID}`);
      expect(headers.get('etag')).toBe('"3"');
      expect(headers.get('consistency-token')).toBe('42');
      const silent = await call('POST', '/v1/things/silent');
      expect(silent.body).toEqual({ id: ID, version: 3 });
      expect(silent.headers.get('location')).toBe(`/v1/things/${ID}`);
    });
    it('answers the resource when that is preferred', async () => {
      const { status, headers, body } = await call('POST', '/v1/things', {
        body: thing,
        headers: { Prefer: 'respond-async, return=representation' },
      });
      expect(body).toEqual({ id: ID, version: 3, represented: 42 });
      expect(status).toBe(201);
      expect(headers.get('preference-applied')).toBe('return=representation');
      expect(headers.get('location')).toBe(`/v1/things/${ID}`);
    });
    it('answers that it is done even when the resource cannot be shown yet', async () => {
      const { status, headers, body } = await call('POST', '/v1/things/unrepresentable', {
        headers: { Prefer: 'return=representation' },
      });
      expect([status, body]).toEqual([201, { id: ID, version: 3 }]);
      expect(headers.get('preference-applied')).toBeNull();
    });
    it("answers the version of the path's resource, whatever else it touched", async () => {
      const { status, headers, body } = await call('PUT', `/v1/things/${ID}`, {
        body: thing,
        headers: { 'If-Match': '"7"' },
      });
      expect([status, body]).toEqual([200, { id: ID, version: 4, family: 'Ünal' }]);
      expect(headers.get('etag')).toBe('"4"');
      expect(headers.get('location')).toBeNull();
      expect(seen[0]!.ifMatch).toEqual({ streamId: ID, version: 7 });
    });
    it('reads If-Match as strong, weak, any, or none of ours', async () => {
      const version = async (header: string) => {
        const { status } = await call('PUT', `/v1/things/${ID.toUpperCase()}`, {
          body: thing,
          headers: { 'If-Match': header },
        });
        expect(status).toBe(200);
        return seen.at(-1)!.ifMatch;
      };
      expect(await version('"7"')).toEqual({ streamId: ID, version: 7 });
      expect(await version('W/"7"')).toEqual({ streamId: ID, version: 7 });
      expect(await version('*')).toBeUndefined();
      expect(await version('"abc"')).toEqual({ streamId: ID, version: -1 });
    });
    it('refuses a needed If-Match that is missing with 428, a malformed one and one about nothing with 400', async () => {
      expectProblem(await call('PUT', `/v1/things/${ID}`, { body: thing }), 428, 'if-match-required');
      for (const header of ['7', '"7', '"7", "8"', 'W/7', '""']) {
        const answer = await call('PUT', `/v1/things/${ID}`, { body: thing, headers: { 'If-Match': header } });
        expectProblem(answer, 400, 'invalid-header');
      }
      const creation = await call('POST', '/v1/things', { body: thing, headers: { 'If-Match': '"7"' } });
      expectProblem(creation, 400, 'invalid-header');
    });
    it('runs in a context with caller, purpose and correlation', async () => {
      const correlationId = '0190a000-0000-7000-8000-00000000abcd';
      const { headers } = await call('DELETE', `/v1/things/${ID}`, {
        headers: { 'X-Correlation-Id': correlationId, 'X-Purpose-Of-Use': 'TREAT', 'X-On-Behalf-Of': 'dr-who' },
      });
      expect(seen[0]).toMatchObject({
        actor: { id: 'development-receptionist', role: 'receptionist' },
        purpose: 'TREAT',
        onBehalfOf: 'dr-who',
        correlationId,
      });
      expect(headers.get('x-correlation-id')).toBe(correlationId);
    });
    it('makes a correlation id of its own when the given one is no UUID', async () => {
      const { headers } = await call('DELETE', `/v1/things/${ID}`, { headers: { 'X-Correlation-Id': 'x' } });
      expect(seen[0]!.correlationId).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-correlation-id')).toBe(seen[0]!.correlationId);
    });
    it('hashes a request with an Idempotency-Key by what it asks for', async () => {
      const hashOf = async (path: string, body: string) => {
        await call('POST', path, { body, headers: { 'Idempotency-Key': 'key 1' } });
        expect(seen.at(-1)!.idempotency?.key).toBe('key 1');
        return seen.at(-1)!.idempotency!.requestHash;
      };
      const first = await hashOf('/v1/things', '{"name":{"family":"x"},"size":1}');
      expect(await hashOf('/v1/things', '{ "size": 1, "name": {"family": "x"} }')).toBe(first);
      expect(await hashOf('/v1/things', '{"name":{"family":"x"},"size":2}')).not.toBe(first);
      expect(await hashOf('/v1/things/silent', '{}')).not.toBe(first);
    });
    it('refuses headers that cannot be meant', async () => {
      for (const [name, value] of [
        ['Idempotency-Key', 'x'.repeat(256)],
        ['Idempotency-Key', 'schlüssel'],
        ['X-Purpose-Of-Use', 'because'],
        ['X-On-Behalf-Of', 'dr who'],
      ] as const) {
        const answer = await call('POST', '/v1/things', { body: thing, headers: { [name]: value } });
        expectProblem(answer, 400, 'invalid-header', {
          errors: [{ header: name, detail: expect.any(String) as string }],
        });
      }
    });
  });

  describe('a query', () => {
    it('answers the version as ETag, is not cached, and hands the consistency token on', async () => {
      const { headers } = await call('GET', `/v1/things/${ID}`, { headers: { 'Consistency-Token': '1042' } });
      expect(headers.get('etag')).toBe('"5"');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(seen[0]!.consistencyToken).toBe(1042);
    });
    it('refuses a consistency token that is none', async () => {
      for (const token of ['x', '-1', '1.5', '9'.repeat(16), '9'.repeat(17)]) {
        const answer = await call('GET', `/v1/things/${ID}`, { headers: { 'Consistency-Token': token } });
        expectProblem(answer, 400, 'invalid-header');
      }
    });
    it('reads pages', async () => {
      expect((await call('GET', '/v1/things')).body).toEqual({ limit: 20, after: null, items: [] });
      const cursor = Buffer.from(JSON.stringify(['a', ID])).toString('base64url');
      const { body } = await call('GET', `/v1/things?limit=5&cursor=${cursor}`);
      expect(body).toEqual({ limit: 5, after: ['a', ID], items: [] });
    });
  });

  describe('who may', () => {
    it('answers 401 with a challenge when there is no token, or none that is well', async () => {
      const none = await call('GET', '/v1/things', { as: 'nobody' });
      expectProblem(none, 401, 'unauthenticated');
      expect(none.headers.get('www-authenticate')).toBe('Bearer realm="anamnesis"');
      for (const authorization of [
        'Bearer',
        'Bearer x',
        'Basic abc',
        'Bearer a.b.c',
        'Bearer a b',
        `Bearer ${'x'.repeat(9000)}`,
      ]) {
        const answer = await call('GET', '/v1/things', { as: 'nobody', headers: { authorization } });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      }
    });
    it('answers 401 before it looks at the body', async () => {
      expect((await call('POST', '/v1/things', { as: 'nobody', body: {} })).status).toBe(401);
    });
    it('answers 403 to a role that is not allowed', async () => {
      expectProblem(await call('GET', '/v1/things', { as: 'practitioner' }), 403, 'role-not-allowed');
    });
    it('lets a patient see itself only', async () => {
      const own = await call('GET', `/v1/patients/${ID}`, { as: 'patient' });
      expect(own.body).toEqual({ id: ID, actor: { id: 'pat', role: 'patient', patientId: ID } });
      expect((await call('GET', `/v1/patients/${ID.toUpperCase()}`, { as: 'patient' })).status).toBe(200);
      for (const id of [OTHER, 'nonsense', `${ID}%20`]) {
        expectProblem(await call('GET', `/v1/patients/${id}`, { as: 'patient' }), 403, 'not-your-record');
      }
      expect((await call('GET', `/v1/patients/${OTHER}`)).status).toBe(200);
    });
    it('lets a patient act for itself only', async () => {
      const hold = (body: unknown) => call('POST', '/v1/patients/holds', { as: 'patient', body });
      expect((await hold({ patientId: ID })).status).toBe(201);
      for (const patientId of [OTHER, null, [ID], { id: ID }, 5]) {
        expectProblem(await hold({ patientId }), 403, 'not-your-record');
      }
      expectProblem(await hold({}), 400, 'validation-failed');
      expectProblem(await hold([]), 400, 'validation-failed');
    });
    it('keeps what is found by its own id from other patients', async () => {
      expect((await call('GET', `/v1/patients/of/${ID}`, { as: 'patient' })).status).toBe(200);
      expectProblem(await call('GET', `/v1/patients/of/${OTHER}`, { as: 'patient' }), 403, 'not-your-record');
    });
    it('needs no token where everybody may', async () => {
      expect((await call('GET', '/v1/patients/public/page', { as: 'nobody' })).body).toEqual({ open: true });
    });
    it('refuses a development token for a role that is none, or for a patient that is not named', async () => {
      for (const body of [
        { role: 'system' },
        { role: 'patient' },
        { role: 'patient', patientId: 'x' },
        {},
        { role: 'admin', x: 1 },
      ]) {
        expectProblem(await call('POST', '/dev/token', { as: 'nobody', body }), 400, 'validation-failed');
      }
    });
  });

  it('refuses to start with a route that says nothing about who may call it', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read() {
        return {};
      }
    }
    const module = await Test.createTestingModule({
      imports: [Surroundings, SecurityModule, HttpModule],
      controllers: [ForgottenController],
    }).compile();
    const forgotten = module.createNestApplication<NestFastifyApplication>(new ApiAdapter(), { logger: false });
    await expect(forgotten.init()).rejects.toThrow('neither @Allow nor @Public: ForgottenController.read');
    await forgotten.close();
  });
});
