import { Database } from '../../src/database/database.js';
import { newId } from '../../src/event-sourcing/index.js';
import { DeadLetters } from '../../src/event-sourcing/operators/dead-letters.js';
import { OperatorLog } from '../../src/event-sourcing/operators/operator-log.js';
import { SubscriptionStore } from '../../src/event-sourcing/subscriptions/subscription-store.js';
import { Count, CounterSummaryProjection, GetCounter, Move, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

const POISON = new Set(['poison']);
const SUMMARY = 'projection:counter_summary@1';

describe.each([
  ['that runs the projections', true],
  ['that leaves the projections to another', false],
])('a query with a consistency token, in a process %s', (_which, runsWork) => {
  let worker: Engine;
  let api: Engine;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;

  beforeAll(async () => {
    database = await createEngineDatabase();
    worker = await Engine.start(database.url);
    api = runsWork ? worker : await Engine.start(database.url, { runsWork: false });
    await worker.settle();
  });
  afterEach(() => (CounterSummaryProjection.poison = POISON));
  afterAll(async () => {
    if (api !== worker) await api?.stop();
    await worker?.stop();
    await database?.drop();
  });

  const count = async (id: string, label?: string) =>
    (await api.execute(new Count(id, 1, label))).context.outcome!.position;
  const read = (id: string, token?: number) => api.query(new GetCounter(id), token);
  const setAside = { kind: 'unavailable', code: 'set-aside' };
  const poisoned = async () => {
    await api.rows(`delete from write.labels where label = 'poison'`);
    const id = newId();
    await count(id);
    return { id, token: await count(id, 'poison') };
  };

  it('reads what was written, each of many at once', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const id = newId();
        const token = await count(id);
        expect(await read(id, token)).toMatchObject({ total: 1 });
      }),
    );
  });

  it('does not wait for a projection that what was written does not concern', async () => {
    const id = newId();
    await read(id, await count(id));
    const { context } = await api.execute(new SetAlarm(newId(), new Date(Date.now() + 86_400_000).toISOString()));
    expect(await read(id, context.outcome!.position)).toMatchObject({ total: 1 });
  });

  it('is refused where the row that it asks for is set aside, and reads without the token what there is', async () => {
    const { id, token } = await poisoned();
    await expect(read(id, token)).rejects.toMatchObject(setAside);
    expect(await read(id)).toMatchObject({ total: 1 });
    // what came later is set aside, too
    await expect(read(id, await count(id))).rejects.toMatchObject(setAside);
  });

  it('is refused also with the token of another command that came later', async () => {
    const { id } = await poisoned();
    const other = newId();
    const later = await count(other);
    await expect(read(id, later)).rejects.toMatchObject(setAside);
    expect(await read(other, later)).toMatchObject({ total: 1 });
  });

  it('reads what was before it was set aside with a token from then', async () => {
    const id = newId();
    const before = await count(id);
    await api.rows(`delete from write.labels where label = 'poison'`);
    await count(id, 'poison');
    await worker.settle();
    expect(await read(id, before)).toMatchObject({ total: 1 });
  });

  it('is refused where any row that its command made is set aside, whichever it asks for', async () => {
    const { id } = await poisoned();
    const other = newId();
    await count(other);
    const { context } = await api.execute(new Move(id, other));
    await expect(read(other, context.outcome!.position)).rejects.toMatchObject(setAside);
    const unrelated = newId();
    expect(await read(unrelated, await count(unrelated))).toMatchObject({ total: 1 });
  });

  it('reads all of it once that is made up for', async () => {
    const { id, token } = await poisoned();
    await expect(read(id, token)).rejects.toMatchObject(setAside);
    CounterSummaryProjection.poison = new Set();
    const own = worker.app.get(Database);
    await new DeadLetters(own, new OperatorLog(own)).retry(
      { subscription: SUMMARY, streamId: id },
      { by: 'Ada', reason: 'mended' },
    );
    for (let left = 200; ; left--) {
      const answer = await read(id, token).catch((error: unknown) => error as Error);
      if (!(answer instanceof Error)) {
        expect(answer).toMatchObject({ total: 2 });
        break;
      }
      expect([answer, left > 0]).toEqual([expect.objectContaining(setAside) as unknown, true]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('asks one question at a time for all that wait', async () => {
    const store = api.app.get(SubscriptionStore);
    let underWay = 0;
    let most = 0;
    let questions = 0;
    const asks = jest.spyOn(store, 'progress').mockImplementation(async () => {
      questions++;
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay--;
      return new Map([[SUMMARY, { reached: 0, hasDeadLetters: false }]]);
    });
    try {
      const beyond = 1_000_000_000;
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => read(newId(), beyond)));
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'read-model-behind' } });
      }
    } finally {
      asks.mockRestore();
    }
    expect(most).toBe(runsWork ? 0 : 1);
    // 2 s of questions of 20 ms; fifty that each ask for themselves would ask thousands
    expect(questions).toBeLessThan(150);
  });
});
