import { type DomainError, newId, type Actor, RunAgain } from '../../src/event-sourcing/index.js';
import { CancelAlarm, Count, type CounterSummary, GetCounter, Move, SetAlarm } from './counter.js';
import { until } from '../support/until.js';
import { createEngineDatabase, Engine } from './engine.js';

const actor: Actor = { id: 'somebody', role: 'receptionist' };
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error as DomainError).code,
  );

describe('the durable buses', () => {
  let engine: Engine;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;

  beforeAll(async () => {
    database = await createEngineDatabase();
    engine = await Engine.start(database.url);
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });

  it('store events with who caused them, and project them for a query that carries the token', async () => {
    const id = newId();
    const { context } = await engine.execute(new Count(id, 3), { actor, purpose: 'TREAT' });
    expect(context.outcome?.versions.get(id)).toBe(1);

    const row = await engine.query<CounterSummary>(new GetCounter(id), context.outcome?.position);
    expect(row).toMatchObject({ id, total: 3 });
    const [event] = await engine.rows(
      'select type, schema_version, data, metadata from write.events where stream_id = $1',
      [id],
    );
    expect(event).toMatchObject({
      type: 'engine.counted',
      schema_version: 1,
      data: { by: 3 },
      metadata: { actor: 'somebody', role: 'receptionist', purpose: 'TREAT', correlationId: context.correlationId },
    });
  });

  it('store with each event of a command what is its own, and what they have in common', async () => {
    const ids = [newId(), newId()];
    for (const id of ids) await engine.execute(new Count(id));
    await engine.settle();
    const { context } = await engine.execute(new Move(ids[0]!, ids[1]!), { actor });
    const events = await engine.rows<{ stream_id: string }>(
      `select stream_id, metadata from write.events where metadata->>'correlationId' = $1 order by position`,
      [context.correlationId],
    );
    expect(events.slice(0, 2)).toEqual(
      ids.map((id) => ({
        stream_id: id,
        metadata: expect.objectContaining({ actor: 'somebody', correlationId: context.correlationId, patientId: id }),
      })),
    );
  });

  it('run concurrent commands on one stream one after the other, by fresh loads', async () => {
    const id = newId();
    await Promise.all(Array.from({ length: 6 }, () => engine.execute(new Count(id))));
    await engine.settle();
    expect(await engine.query(new GetCounter(id))).toMatchObject({ total: 6, eventsSeen: 12 });
  });

  it('execute a saga command once for each event', async () => {
    const id = newId();
    for (let i = 0; i < 5; i++) await engine.execute(new Count(id));
    await engine.settle();
    const [{ n, answered } = { n: 0, answered: 0 }] = await engine.rows<{ n: number; answered: number }>(
      `select count(*)::int n, count(distinct metadata->>'causationId')::int answered
       from write.events where stream_id = $1 and type = 'engine.doubled'`,
      [id],
    );
    expect([n, answered]).toEqual([5, 5]);
  });

  it('store nothing at all when a constraint of the command is violated', async () => {
    const [first, second] = [newId(), newId()];
    await engine.execute(new Count(first, 1, 'blue'));
    expect(await codeOf(engine.execute(new Count(second, 1, 'blue')))).toBe('label-taken');
    expect(await engine.rows('select from write.streams where stream_id = $1', [second])).toEqual([]);
  });

  it('run a command again when what stood in its way was cleared, with If-Match too, and not for ever', async () => {
    const [holder, other, insistent] = [newId(), newId(), newId()];
    const givenAway = async () => {
      await engine.rows('update write.labels set label = $1 where counter = $2', [newId(), holder]);
      return new RunAgain('the label was taken');
    };
    await engine.execute(new Count(holder, 1, 'green'));
    await engine.execute(new Count(other));
    await engine.settle();
    const ifMatch = { streamId: other, version: 2 };
    const { result } = await engine.execute(new Count(other, 2, 'green', givenAway), { ifMatch });
    expect(result).toEqual({ id: other, total: 3 });
    expect(await engine.rows('select counter from write.labels where label = $1', ['green'])).toEqual([
      { counter: other },
    ]);

    const inTheWay = jest.fn(() => new RunAgain('the label is still taken'));
    await expect(engine.execute(new Count(insistent, 1, 'green', inTheWay))).rejects.toThrow(RunAgain);
    expect(inTheWay).toHaveBeenCalledTimes(16);
    expect(await engine.rows('select from write.streams where stream_id = $1', [insistent])).toEqual([]);
  });

  it('commit several aggregates together, and none when one of them is refused', async () => {
    const [from, to] = [newId(), newId()];
    await engine.execute(new Count(from));
    expect(await codeOf(engine.execute(new Move(from, to)))).toBe('counter-not-found');
    await engine.execute(new Count(to));
    await engine.execute(new Move(from, to));
    await engine.settle();
    expect(await engine.query(new GetCounter(from))).toMatchObject({ total: 2 });
    expect(await engine.query(new GetCounter(to))).toMatchObject({ total: 2 });
  });

  it('survive many commands on the same two streams in both directions', async () => {
    const [a, b] = [newId(), newId()];
    await engine.execute(new Count(a));
    await engine.execute(new Count(b));
    let moved = 0;
    const swing = async (from: string, to: string) => {
      for (let i = 0; i < 15; i++) {
        await engine.execute(new Move(from, to));
        moved++;
      }
    };
    await Promise.all([swing(a, b), swing(b, a)]);
    await engine.settle();
    expect(await engine.query(new GetCounter(a))).toMatchObject({ total: 1 + moved });
  });

  it('answer 50 parallel commands with one idempotency key by one effect and one answer', async () => {
    const id = newId();
    const idempotency = { key: 'the-key', requestHash: 'same' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        engine.execute<{ total: number }>(new Count(id, 7), { actor, idempotency }).then(
          ({ result, context }) => ({ total: result.total, position: context.outcome?.position }),
          (error: unknown) => (error as DomainError).code,
        ),
      ),
    );
    const answered = answers.filter((answer) => typeof answer !== 'string');
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(
      new Set(['idempotency-key-in-flight']),
    );
    expect(new Set(answered.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(
      await engine.rows(`select from write.events where stream_id = $1 and type = 'engine.counted'`, [id]),
    ).toHaveLength(1);

    const again = await engine.execute<{ total: number }>(new Count(id, 7), { actor, idempotency });
    expect(again.result).toEqual({ id, total: 7 });
    expect(
      await codeOf(engine.execute(new Count(id, 8), { actor, idempotency: { ...idempotency, requestHash: 'other' } })),
    ).toBe('idempotency-key-reused');
  });

  it('hold one idempotency key to one effect across processes', async () => {
    const other = await Engine.start(database.url, { runsWork: false });
    const id = newId();
    const idempotency = { key: 'across', requestHash: 'same' };
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? engine : other).execute<{ total: number }>(new Count(id), { actor, idempotency }),
      ),
    );
    await other.stop();
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(
      await engine.rows(`select from write.events where stream_id = $1 and type = 'engine.counted'`, [id]),
    ).toHaveLength(1);
  });

  it('refuse a command whose If-Match names another version, before and at the commit', async () => {
    const id = newId();
    await engine.execute(new Count(id));
    await engine.settle();
    expect(await codeOf(engine.execute(new Count(id), { ifMatch: { streamId: id, version: 1 } }))).toBe(
      'version-mismatch',
    );
    const racing = await Promise.all(
      Array.from({ length: 10 }, () =>
        codeOf(engine.execute(new Count(id), { ifMatch: { streamId: id, version: 2 } })),
      ),
    );
    expect(racing.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(racing.filter((outcome) => outcome === 'version-mismatch')).toHaveLength(9);
  });

  it('fire a timer when it is due, and not when it was withdrawn', async () => {
    const [rings, silent] = [newId(), newId()];
    const dueAt = new Date(Date.now() + 700).toISOString();
    await engine.execute(new SetAlarm(rings, dueAt));
    await engine.execute(new SetAlarm(silent, dueAt));
    await engine.execute(new CancelAlarm(silent));
    await engine.settle();
    const rung = () =>
      engine.rows<{ stream_id: string; recorded_at: string }>(
        `select stream_id, recorded_at from write.events where type = 'engine.alarm-rang' and stream_id = any($1)`,
        [[rings, silent]],
      );
    expect(await rung()).toEqual([]);
    await until(async () => (await rung()).length > 0, 10_000);
    await engine.settle();
    const fired = await rung();
    expect(fired.map((event) => event.stream_id)).toEqual([rings]);
    expect(fired[0]!.recorded_at >= dueAt).toBe(true);
  });

  it('set aside a poison event with the later ones of its stream, and go on with the others', async () => {
    const [poisoned, healthy] = [newId(), newId()];
    await engine.execute(new Count(poisoned, 1, 'poison'));
    await engine.execute(new Count(healthy));
    const last = await engine.execute(new Count(poisoned));
    await engine.settle();
    expect(await engine.query(new GetCounter(healthy))).toMatchObject({ total: 1 });
    await expect(engine.query(new GetCounter(poisoned), last.context.outcome?.position)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'set-aside',
    });
    expect(await engine.query(new GetCounter(poisoned))).toBeUndefined();
    const letters = await engine.rows<{ error: string }>(
      'select error from write.dead_letters where stream_id = $1 order by position',
      [poisoned],
    );
    expect(letters.length).toBeGreaterThanOrEqual(2);
    expect(letters[0]!.error).toBe('Error: cannot be projected');
  });
});
