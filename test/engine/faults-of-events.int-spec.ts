import { newId, SubscriptionStatus } from '../../src/event-sourcing/index.js';
import { Observer } from '../support/observer.js';
import { until } from '../support/until.js';
import { Count, GetCounter, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

const SAGA = 'saga:DoubleEachCount';
const METADATA = '{"actor": "x", "correlationId": "c"}';
/** As many streams at fault as would hold up all others for two minutes, if each were waited for as long as foreign code is. */
const STREAMS = 200;

describe('an event at fault', () => {
  let engine: Engine;
  let owner: Observer;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeEach(async () => {
    database = await createEngineDatabase();
    owner = await Observer.on(database.url);
    engine = await Engine.start(database.url);
    await engine.settle();
  });
  afterEach(async () => {
    await engine?.stop();
    await owner?.close();
    await database?.drop();
  });

  /** As another build, or a hand, has stored it. */
  const append = (type: string, data: string, metadata = METADATA) =>
    owner.rows(
      `select write.append_event(gen_random_uuid(), 'engine.counter', 0, gen_random_uuid(), $1, 1::smallint, $2::jsonb, $3::jsonb, null, null)`,
      [type, data, metadata],
    );
  const runs = async () => (await engine.app.get(SubscriptionStatus).states()).filter(({ running }) => !running);
  const asideFor = (subscription: string) =>
    owner.value<number>(`select count(distinct stream_id)::int from write.dead_letters where subscription = $1`, [
      subscription,
    ]);
  /** A saga and a projection answer what comes next, of another stream. */
  const othersGoOn = async () => {
    const [id, alarmed] = [newId(), newId()];
    await engine.execute(new Count(id, 3));
    await engine.execute(new SetAlarm(alarmed, new Date().toISOString()));
    await until(
      async () => (await engine.query<{ eventsSeen: number } | undefined>(new GetCounter(id)))?.eventsSeen === 2,
      15_000,
    );
    await until(
      async () =>
        (await engine.rows(`select from write.events where stream_id = $1 and type = 'engine.alarm-rang'`, [alarmed]))
          .length === 1,
      15_000,
    );
    expect(await runs()).toEqual([]);
  };

  it.each([
    '9999999-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '',
    'soon',
    'infinity and beyond',
    '2026-01-01T00:00:00+99:99',
  ])('whose timer would be due at "%s" is set aside for its saga, and nothing else', async (dueAt) => {
    await append('engine.alarm-set', JSON.stringify({ dueAt }));
    await othersGoOn();
    expect(await asideFor(SAGA)).toBe(1);
  });

  it.each(['null', '"text"', '5', 'true'])('whose metadata is %s is set aside, and nothing else', async (metadata) => {
    await append('engine.counted', '{"by": 1}', metadata);
    await append('engine.alarm-set', `{"dueAt": "2026-01-01T00:00:00Z"}`, metadata);
    await othersGoOn();
    expect(await asideFor(SAGA)).toBe(2);
  });

  it('holds up nobody else for long, however many streams have one', async () => {
    await owner.rows(
      `select write.append_event(gen_random_uuid(), 'engine.counter', 0, gen_random_uuid(), 'engine.counted', 1::smallint,
         '{"by": 1, "label": "poison"}', $1::jsonb, null, null) from generate_series(1, ${STREAMS})`,
      [METADATA],
    );
    await owner.rows(
      `select write.append_event(gen_random_uuid(), 'engine.counter', 0, gen_random_uuid(), 'engine.alarm-set', 1::smallint,
         '{"dueAt": "2026-02-30T00:00:00Z"}', $1::jsonb, null, null) from generate_series(1, ${STREAMS})`,
      [METADATA],
    );
    await othersGoOn();
    expect(await asideFor('projection:counter_summary@1')).toBe(STREAMS);
    expect(await asideFor(SAGA)).toBe(STREAMS);
  });
});
