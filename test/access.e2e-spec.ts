import { type ApiOperation, apiOperations } from './support/api-operations.js';
import { startTestApp, type TestApp } from './support/app.js';
import { aim, createThings, send, sendExample, type Things } from './support/examples.js';

const operations = apiOperations().filter(({ path }) => path.startsWith('/v1/'));
const each = operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

/** What is about nobody: a patient may read it. */
const ABOUT_NOBODY = ['availabilityFind', 'schedulesList', 'schedulesGet', 'serviceTypesList', 'serviceTypesGet'];

describe('of every operation', () => {
  let app: TestApp;
  let things: Things;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    app = await startTestApp();
    for (const role of ['admin', 'receptionist'] as const) tokens[role] = (await app.client(role).token())!;
    things = await createThings(app, tokens.admin!, operations);
    const stranger = await createThings(app, tokens.admin!, operations);
    tokens.stranger = (await app.client('patient', stranger.patients).token())!;
  });
  afterAll(() => app.close());

  const answerTo = async (operation: ApiOperation, token: string) => {
    const { status, text } = await sendExample(app, token, aim(operation, things));
    return { status, code: (JSON.parse(text) as { code?: string }).code };
  };

  it.each(each)('%s is nothing for somebody without a token', async (_, operation) => {
    const { method, url } = { method: operation.method, url: operation.path.replace('{id}', 'x') };
    expect((await send(app, 'none', { method, url })).status).toBe(401);
  });

  it.each(each.filter(([, { id }]) => !ABOUT_NOBODY.includes(id)))(
    "%s does not show or change another patient's record for a patient",
    async (_, operation) => {
      const { status, code } = await answerTo(operation, tokens.stranger!);
      expect({ status, code }).toEqual({
        status: 403,
        code: expect.stringMatching(/^(not-your-record|role-not-allowed)$/),
      });
    },
  );

  it("books nothing from another patient's hold", async () => {
    const body = JSON.stringify({ holdId: things.holds });
    const { status, text } = await send(app, tokens.stranger!, { method: 'POST', url: '/v1/appointments', body });
    expect(JSON.parse(text)).toMatchObject({ status: 403, code: 'not-your-record' });
    expect(status).toBe(403);
  });

  it.each(
    each.filter(([, { path }]) =>
      /conditions|allergies|medication|observations|immunizations|encounters|chart|timeline/.test(path),
    ),
  )('%s, being clinical, is nothing for the front desk', async (_, operation) => {
    expect(await answerTo(operation, tokens.receptionist!)).toEqual({ status: 403, code: 'role-not-allowed' });
  });
});
