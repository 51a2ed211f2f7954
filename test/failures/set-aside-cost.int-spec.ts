import { newId } from '../../src/event-sourcing/index.js';
import { PostgresReadTable } from '../../src/event-sourcing/projections/postgres-read-table.js';
import { Count } from '../engine/counter.js';
import { createEngineDatabase, Engine } from '../engine/engine.js';
import { Observer } from '../support/observer.js';
import { until } from '../support/until.js';

const EVENTS = 2000;
/** One event in so many is of the stream that is set aside. */
const ONE_IN = 100;

describe('a stream that is set aside', () => {
  afterEach(() => jest.restoreAllMocks());

  /** How many statements it takes to project a backlog in which one stream gets its share of the events. */
  const statementsFor = async (label: 'fine' | 'poison') => {
    const database = await createEngineDatabase();
    const observer = await Observer.on(database.url);
    const first = await Engine.start(database.url);
    const id = newId();
    await first.execute(new Count(id, 1, label));
    await first.settle();
    await first.stop();
    await observer.rows(
      `select write.append_event(case when n % $2 = 0 then $3::uuid else gen_random_uuid() end, 'engine.counter',
         case when n % $2 = 0 then n / $2 else 0 end, gen_random_uuid(), 'engine.counted', 1::smallint, '{"by": 1}',
         jsonb_build_object('actor', 'system', 'correlationId', gen_random_uuid()), null, null)
       from generate_series(1, $1) n`,
      [EVENTS, ONE_IN, id],
    );
    const head = await observer.head();

    const read = jest.spyOn(PostgresReadTable.prototype, 'read');
    const write = jest.spyOn(PostgresReadTable.prototype, 'write');
    const engine = await Engine.start(database.url);
    await until(async () => (await observer.behind(head)).every((name) => !name.startsWith('projection:')), 30_000);
    const statements = read.mock.calls.length + write.mock.calls.length;
    const projected = await observer.value<number>('select count(*)::int from read.counter_summary where id <> $1', [
      id,
    ]);
    const setAside = (await observer.setAside()).filter(({ subscription }) => subscription.startsWith('projection:'));
    await engine.stop();
    await observer.close();
    await database.drop();
    expect(projected).toBe(EVENTS - EVENTS / ONE_IN);
    return { statements, setAside: setAside.length };
  };

  it('costs the others less than a statement for each of its events', async () => {
    const without = await statementsFor('fine');
    const beside = await statementsFor('poison');
    expect([without.setAside, beside.setAside]).toEqual([0, 1 + EVENTS / ONE_IN]);
    // Sagas append while the backlog is projected, so batches differ a little. One by one it would be a statement for each of 2000.
    expect(beside.statements).toBeLessThan(without.statements + EVENTS / ONE_IN);
  }, 60_000);
});
