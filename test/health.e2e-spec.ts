import { startTestApp, type TestApp } from './support/app.js';

describe('health', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('is live without a token', async () => {
    const { status, body } = await app.client().get('/health/live');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'up' });
  });

  it('is ready when database, migrations and subscriptions are', async () => {
    await app.settle();
    const { status, body } = await app.client().get('/health/ready');
    expect(body).toEqual({
      status: 'ready',
      checks: { database: { ok: true }, migrations: { ok: true }, subscriptions: { ok: true } },
    });
    expect(status).toBe(200);
  });
});
