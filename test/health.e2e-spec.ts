import { startTestApp, type TestApp } from './support/app.js';
import { startPostgres } from './support/postgres.js';
import { until } from './support/until.js';

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

  it('becomes ready when database, migrations and subscriptions are', async () => {
    await until(async () => (await app.client().get('/health/ready')).status === 200);
    expect((await app.client().get('/health/ready')).body).toEqual({
      status: 'ready',
      checks: { database: { ok: true }, migrations: { ok: true }, commands: { ok: true }, subscriptions: { ok: true } },
    });
  });
});

describe('health without a database', () => {
  it('stays live, says what is missing, and is ready again by itself when the database is back', async () => {
    const server = await startPostgres();
    const app = await startTestApp({ databaseUrl: server.url(), env: { MIGRATE_ON_START: 'true' } });
    const ready = async () => (await app.client().get('/health/ready')).status;
    await until(async () => (await ready()) === 200);

    await server.stop();
    await until(async () => (await ready()) === 503);
    const { body } = await app.client().get('/health/ready');
    expect(body).toMatchObject({ status: 'not-ready', checks: { database: { ok: false, detail: 'does not answer' } } });
    expect((await app.client().get('/health/live')).status).toBe(200);

    await server.start();
    await until(async () => (await ready()) === 200);
    await app.close();
    await server.remove();
  });
});
