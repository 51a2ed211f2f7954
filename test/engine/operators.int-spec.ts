import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { newId } from '../../src/event-sourcing/index.js';
import { DeadLetters } from '../../src/event-sourcing/operators/dead-letters.js';
import { OperatorLog } from '../../src/event-sourcing/operators/operator-log.js';
import { SagaCommands } from '../../src/event-sourcing/operators/saga-commands.js';
import { Config } from '../../src/operations/config.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { until } from '../support/until.js';
import { Count, CounterSummaryProjection, DoubleItHandler, GetCounter, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

const SUBSCRIPTION = 'projection:counter_summary@1';
const POISON = new Set(['poison']);
const mandate = { by: 'Ada', reason: 'the cause is mended' };

describe('operators', () => {
  let engine: Engine;
  let beside: Engine;
  let ops: INestApplicationContext;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  let letters: DeadLetters;
  let commands: SagaCommands;

  beforeAll(async () => {
    database = await createEngineDatabase();
    engine = await Engine.start(database.url);
    beside = await Engine.start(database.url);
    ops = await NestFactory.createApplicationContext(OpsModule.with(new Config({ NODE_ENV: 'test' }), database.url), {
      logger: false,
      abortOnError: false,
    });
    letters = ops.get(DeadLetters);
    commands = ops.get(SagaCommands);
  });
  afterEach(() => {
    CounterSummaryProjection.poison = POISON;
    DoubleItHandler.beforeExecute = () => Promise.resolve();
  });
  afterAll(async () => {
    await ops?.close();
    await engine?.stop();
    await beside?.stop();
    await database?.drop();
  });

  const acts = () => ops.get(OperatorLog).list(100);
  /** A stream whose second event cannot be projected, and with as many more as are asked for. */
  const poisoned = async ({ later = 2, labels = ['poison'] } = {}) => {
    const streamId = newId();
    await engine.execute(new Count(streamId, 1, `first of ${streamId}`));
    for (const label of labels) await engine.execute(new Count(streamId, 1, label));
    for (let n = 1; n <= later; n++) await engine.execute(new Count(streamId, 1, `${n} of ${streamId}`));
    await engine.settle();
    // a label belongs to one stream
    await engine.rows('delete from write.labels where label = any($1)', [labels]);
    return { subscription: SUBSCRIPTION, streamId };
  };
  const asideOf = (stream: { subscription: string; streamId: string }) =>
    letters.show(stream, { withData: false, limit: 1000 }).catch(() => []);
  const isMadeUp = (stream: { subscription: string; streamId: string }) =>
    until(async () => (await asideOf(stream)).length === 0, 20_000);

  it('see what is set aside, without data of patients unless they ask', async () => {
    const stream = await poisoned();
    const [listed] = await letters.list({ subscription: SUBSCRIPTION, limit: 10 });
    expect(listed).toMatchObject({
      ...stream,
      kind: 'failed',
      type: 'engine.counted',
      error: 'Error: cannot be projected',
    });
    const all = await asideOf(stream);
    expect(listed!.events).toBe(all.length);
    expect(all[0]).toMatchObject({ kind: 'failed', streamVersion: expect.any(Number) as number });
    expect(all.slice(1).map(({ kind }) => kind)).toEqual(all.slice(1).map(() => 'behind'));
    expect(JSON.stringify([listed, all])).not.toContain('poison');
    const withData = await letters.show(stream, { withData: true, limit: 1 });
    expect(withData).toMatchObject([{ data: { label: 'poison' } }]);
    await letters.discard(stream, { all: true }, mandate);
  });

  it('have a stream tried again in its order, and all is there as if it had never failed', async () => {
    const stream = await poisoned({ later: 5 });
    CounterSummaryProjection.poison = new Set();
    const tried = await letters.retry(stream, mandate);
    expect(tried).toMatchObject([{ streamId: stream.streamId, kind: 'failed' }]);
    await isMadeUp(stream);
    await engine.settle();
    const [row] = await engine.rows('select total, labels from read.counter_summary where id = $1', [stream.streamId]);
    const later = [1, 2, 3, 4, 5].map((n) => `${n} of ${stream.streamId}`);
    expect(row).toEqual({ total: 7, labels: [`first of ${stream.streamId}`, 'poison', ...later] });
    expect((await acts())[0]).toMatchObject({
      ...mandate,
      act: 'dead-letters.retry',
      target: { subscription: SUBSCRIPTION },
    });
  });

  it('have it set aside again where it fails again, with what is behind it; nothing is lost', async () => {
    const stream = await poisoned();
    const before = await asideOf(stream);
    await letters.retry(stream, mandate);
    await until(async () => (await asideOf(stream))[0]?.kind === 'failed', 20_000);
    await engine.execute(new Count(stream.streamId));
    await engine.settle();
    const after = await asideOf(stream);
    expect(after.map(({ position }) => position).slice(0, before.length)).toEqual(
      before.map(({ position }) => position),
    );
    expect(after.length).toBeGreaterThan(before.length);
    await letters.discard(stream, { all: true }, mandate);
  });

  it('have all streams of a subscription tried again', async () => {
    const streams = [await poisoned(), await poisoned(), await poisoned()];
    CounterSummaryProjection.poison = new Set();
    const tried = await letters.retry({ subscription: SUBSCRIPTION }, mandate);
    expect(tried.map(({ streamId }) => streamId).sort()).toEqual(streams.map(({ streamId }) => streamId).sort());
    for (const stream of streams) await isMadeUp(stream);
  });

  it('drop the first event of a stream: the later ones are tried then, up to the next that fails', async () => {
    const stream = await poisoned({ later: 1, labels: ['poison'] });
    await engine.execute(new Count(stream.streamId, 10, 'poison'));
    await engine.execute(new Count(stream.streamId));
    await engine.settle();
    const [first] = await asideOf(stream);
    expect(await letters.discard(stream, { all: false }, mandate)).toMatchObject([{ position: first!.position }]);
    await until(async () => (await asideOf(stream))[0]?.kind === 'failed', 20_000);
    expect((await asideOf(stream))[0]!.position).toBeGreaterThan(first!.position);
    expect(await engine.query(new GetCounter(stream.streamId))).toMatchObject({ total: 2 });
    await letters.discard(stream, { all: false }, mandate);
    await isMadeUp(stream);
    await engine.settle();
    expect(await engine.query(new GetCounter(stream.streamId))).toMatchObject({ total: 3 });
    expect((await acts())[0]).toMatchObject({
      ...mandate,
      act: 'dead-letters.discard',
      target: { events: [{ kind: 'failed' }] },
    });
    await engine.rows(`delete from write.labels where label = 'poison'`);
  });

  it('lose no event that comes while they retry and discard', async () => {
    const stream = await poisoned();
    CounterSummaryProjection.poison = new Set();
    let over = false;
    const counting = (async () => {
      for (let n = 0; !over; n++) await engine.execute(new Count(stream.streamId, 1, `${stream.streamId} ${n}`));
    })();
    for (let n = 0; n < 5; n++) {
      await letters.retry(stream, mandate).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    over = true;
    await counting;
    await isMadeUp(stream);
    await engine.settle();
    const [log] = await engine.rows<{ total: number }>(
      `select sum((data->>'by')::int)::int as total from write.events where stream_id = $1 and type = 'engine.counted'`,
      [stream.streamId],
    );
    expect(await engine.query(new GetCounter(stream.streamId))).toMatchObject({ total: log!.total });
  });

  it.each([
    ['by', { by: ' ', reason: 'x' }],
    ['reason', { by: 'Ada', reason: '' }],
    ['reason', { by: 'Ada', reason: 'x'.repeat(2001) }],
  ])('say who they are and why: %s', async (part, lacking) => {
    const before = (await acts()).length;
    for (const ask of [
      () => letters.retry({ subscription: SUBSCRIPTION }, lacking),
      () => letters.discard({ subscription: SUBSCRIPTION, streamId: newId() }, { all: true }, lacking),
      () => commands.run([newId()], lacking),
      () => commands.cancel([newId()], lacking),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: `${part}-missing` });
    }
    expect((await acts()).length).toBe(before);
  });

  it('are told where there is nothing, and nothing is kept of it', async () => {
    const before = (await acts()).length;
    const nowhere = { subscription: SUBSCRIPTION, streamId: newId() };
    const nothing = { code: 'nothing-set-aside' };
    await expect(letters.retry(nowhere, mandate)).rejects.toMatchObject(nothing);
    await expect(letters.discard(nowhere, { all: true }, mandate)).rejects.toMatchObject(nothing);
    await expect(letters.show(nowhere, { withData: true, limit: 1 })).rejects.toMatchObject(nothing);
    await expect(letters.retry({ subscription: 'none' }, mandate)).rejects.toMatchObject({
      code: 'subscription-not-found',
    });
    for (const ask of [
      () => commands.show(newId(), { withData: false }),
      () => commands.run([newId()], mandate),
      () => commands.cancel([newId()], mandate),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'command-not-found' });
    }
    expect((await acts()).length).toBe(before);
  });

  describe('of commands', () => {
    const commandsOf = (streamId: string, status?: string) =>
      engine
        .rows<{ id: string; status: string }>(
          "select id, status from write.pending_commands where stream_id = $1 or payload->>'id' = $1::text order by position, index",
          [streamId],
        )
        .then((rows) => rows.filter((row) => status === undefined || row.status === status));

    /** A command that was tried as often as it may be. */
    const dead = async () => {
      const streamId = newId();
      DoubleItHandler.beforeExecute = () => Promise.reject(new Error('broken'));
      await engine.execute(new Count(streamId));
      await until(async () => (await commandsOf(streamId)).length > 0, 20_000);
      await engine.rows('update write.pending_commands set attempts = 9, due_at = now() where stream_id = $1', [
        streamId,
      ]);
      await until(async () => (await commandsOf(streamId, 'dead')).length === 1, 20_000);
      DoubleItHandler.beforeExecute = () => Promise.resolve();
      return { streamId, id: (await commandsOf(streamId))[0]!.id };
    };
    const doubledOf = async (streamId: string) =>
      (await engine.rows(`select from write.events where stream_id = $1 and type = 'engine.doubled'`, [streamId]))
        .length;

    it('see those that need them, without their payload unless they ask', async () => {
      const { id } = await dead();
      const listed = await commands.list({ limit: 1000 });
      expect(listed.find((command) => command.id === id)).toMatchObject({
        status: 'dead',
        error: 'Error',
        attempts: 10,
      });
      expect(await commands.show(id, { withData: false })).not.toHaveProperty('payload');
      expect(await commands.show(id, { withData: true })).toMatchObject({ payload: { version: 1 } });
      await commands.cancel([id], mandate);
    });

    it('have a dead one executed once more, once', async () => {
      const { streamId, id } = await dead();
      expect(await commands.run([id], mandate)).toMatchObject([{ id, status: 'dead' }]);
      await until(async () => (await commandsOf(streamId, 'done')).length === 1, 20_000);
      expect(await doubledOf(streamId)).toBe(1);
      expect((await acts())[0]).toMatchObject({
        ...mandate,
        act: 'commands.run',
        target: { commands: [{ id, status: 'dead' }] },
      });
      await expect(commands.run([id], mandate)).rejects.toMatchObject({ code: 'command-is-over' });
    });

    it('withdraw a dead one for good', async () => {
      const { streamId, id } = await dead();
      await commands.cancel([id], mandate);
      await engine.settle();
      expect(await commandsOf(streamId)).toEqual([{ id, status: 'cancelled' }]);
      expect(await doubledOf(streamId)).toBe(0);
      await expect(commands.cancel([id], mandate)).rejects.toMatchObject({ code: 'command-is-over' });
    });

    it('withdraw one that is under way: it has no effect, and runs no more', async () => {
      let release!: () => void;
      let began!: () => void;
      const underWay = new Promise<void>((resolve) => (began = resolve));
      const gate = new Promise<void>((resolve) => (release = resolve));
      DoubleItHandler.beforeExecute = () => (began(), gate);
      const streamId = newId();
      await engine.execute(new Count(streamId));
      await underWay;
      const { id } = (await commandsOf(streamId))[0]!;
      await commands.cancel([id], mandate);
      release();
      await engine.settle();
      expect(await commandsOf(streamId)).toEqual([{ id, status: 'cancelled' }]);
      expect(await doubledOf(streamId)).toBe(0);
    });

    it('have a timer fire before its time', async () => {
      const streamId = newId();
      await engine.execute(new SetAlarm(streamId, new Date(Date.now() + 86_400_000).toISOString()));
      await engine.settle();
      const { id } = (await commandsOf(streamId))[0]!;
      await commands.run([id], mandate);
      await until(async () => (await commandsOf(streamId, 'done')).length === 1, 20_000);
      expect(
        await engine.rows(`select from write.events where stream_id = $1 and type = 'engine.alarm-rang'`, [streamId]),
      ).toHaveLength(1);
    });

    it('change all that they name, or none', async () => {
      const { id } = await dead();
      await expect(commands.cancel([id, newId()], mandate)).rejects.toMatchObject({ code: 'command-not-found' });
      expect(await commands.show(id, { withData: false })).toMatchObject({ status: 'dead' });
      await commands.cancel([id], mandate);
    });
  });
});
