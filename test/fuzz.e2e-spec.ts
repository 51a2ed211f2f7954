import fc from 'fast-check';
import { sql } from '../src/database/sql.js';
import { apiOperations } from './support/api-operations.js';
import { startTestApp, type TestApp } from './support/app.js';
import { aim, createThings, type RawAnswer, send, sendExample } from './support/examples.js';
import { impossibleRequests, strangeRequests } from './support/hostile-requests.js';

/** Requests of each kind for each operation. More by FUZZ_RUNS, another beginning by FUZZ_SEED. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);
const SEED = process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']);

const LAST_POSITION = sql`select coalesce(max(position), 0)::int8 as position from write.events`;

const operations = apiOperations().filter(({ path }) => path.startsWith('/v1/'));
const each = operations.map((operation) => [operation.id, operation] as const);

describe('whatever is sent', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startTestApp();
    token = (await app.client('admin').token())!;
  });
  afterAll(() => app.close());

  const expectProblem = ({ status, type, text }: RawAnswer) => {
    expect(type).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z0-9-]+$/) });
  };

  it.each(each)('%s takes its own example', async (_, operation) => {
    const { status, text } = await sendExample(app, token, aim(operation, await createThings(app, token, operations)));
    // What an example is about may be in another state: 409 is a good answer to a good request.
    if (status >= 300 && status !== 409) throw new Error(`${status}: ${text}`);
  });

  it.each(each)('%s refuses what cannot be meant, and the log stays as it is', async (_, operation) => {
    const aimed = aim(operation, await createThings(app, token, operations));
    const before = await app.database.query(LAST_POSITION);
    await fc.assert(
      fc.asyncProperty(impossibleRequests(aimed), async (request) => {
        const answer = await send(app, token, request);
        if (answer.status < 400 || answer.status > 499) throw new Error(`${answer.status}: ${answer.text}`);
        expectProblem(answer);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    await app.settle();
    expect(await app.database.query(LAST_POSITION)).toEqual(before);
  });

  it.each(each)('%s never fails on what is merely strange', async (_, operation) => {
    const aimed = aim(operation, await createThings(app, token, operations));
    await fc.assert(
      fc.asyncProperty(strangeRequests(aimed), async (request) => {
        const answer = await send(app, token, request);
        if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
        if (answer.status >= 400) expectProblem(answer);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });
});
