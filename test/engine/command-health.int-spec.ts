import { DatabaseBusy, DatabaseUnavailable } from '../../src/database/unavailable.js';
import { CommandHealth } from '../../src/event-sourcing/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import { until } from '../support/until.js';

const refused = new DatabaseUnavailable(new Error('refused'));

describe('whether commands can be stored', () => {
  let app: TestApp;
  let observer: Observer;
  let health: CommandHealth;

  beforeAll(async () => {
    app = await startTestApp();
    observer = await Observer.on(app.databaseUrl);
    health = app.nest.get(CommandHealth);
  });
  afterAll(async () => {
    await observer.close();
    await app.close();
  });

  const mayAppend = (can: boolean) =>
    observer.rows(
      can
        ? 'grant execute on function write.append to public, anamnesis_app'
        : 'revoke execute on function write.append from public, anamnesis_app',
    );

  it('is tried out only when a command was refused, and leaves nothing behind', async () => {
    const head = await observer.head();
    await mayAppend(false);
    expect(await health.trouble()).toBeUndefined();
    health.failed(new DatabaseBusy('no connection was free in time'));
    health.failed(Object.assign(new Error('duplicate key'), { code: '23505' }));
    expect(await health.trouble()).toBeUndefined();
    await mayAppend(true);
    health.failed(refused);
    expect(await health.trouble()).toBeUndefined();
    expect(await observer.head()).toBe(head);
    expect(await observer.value("select count(*)::int from write.streams where stream_type = 'probe'")).toBe(0);
    expect(await observer.value("select count(*)::int from write.idempotency_keys where request_hash = ''")).toBe(0);
  });

  it('is told while none can be, though nobody sends any more, and no longer than that', async () => {
    await mayAppend(false);
    health.failed(refused);
    await until(async () => (await health.trouble()) !== undefined);
    expect(await health.trouble()).toMatchObject({ sqlState: '42501' });
    await mayAppend(true);
    await until(async () => (await health.trouble()) === undefined);
  });

  it('is not doubted because of one stream that somebody holds', async () => {
    const desk = new Desk(app.client('receptionist'));
    const { id } = await desk.register();
    await app.settle();
    await observer.rows('begin');
    try {
      await observer.rows('select from write.streams where stream_id = $1 for update', [id]);
      const { status } = await desk.rename(id, 'Byron', 1);
      expect(status).toBe(503);
      expect(await health.trouble()).toBeUndefined();
    } finally {
      await observer.rows('rollback');
    }
  });
});
