import { newId } from '../../src/event-sourcing/index.js';
import { Count } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

describe('the application', () => {
  let engine: Engine;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeAll(async () => {
    database = await createEngineDatabase();
    engine = await Engine.start(database.url);
    await engine.execute(new Count(newId()));
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });

  it.each([
    `insert into write.events select position + 1, stream_id, stream_version + 1, gen_random_uuid(), type, 1, data, metadata, now() from write.events`,
    `update write.events set data = '{}'`,
    'delete from write.events',
    'truncate write.events',
    'update write.streams set version = version + 1',
    `select nextval('write.event_position')`,
    `select setval('write.event_position', 1)`,
    'drop table write.events',
    'alter table write.events disable trigger all',
    `update write.operator_acts set reason = 'another'`,
    'delete from write.operator_acts',
    'truncate write.operator_acts',
  ])('has no right to: %s', async (forbidden) => {
    await expect(engine.rows(forbidden)).rejects.toMatchObject({ sqlState: '42501' });
  });
});
