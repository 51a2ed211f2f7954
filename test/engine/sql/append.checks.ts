import { randomUUID } from 'node:crypto';
import { type Check, check, IMPATIENT, LOCK_NOT_AVAILABLE, PATIENT, sqlStateOf, waits } from './check.js';
import { absenceChecks } from './absence.checks.js';
import { floorChecks } from './floor.checks.js';
import { eventsOf, versionOf } from './stored.js';
import type { WriteSide } from './write-side.js';

async function stream(on: WriteSide, id: string = randomUUID()): Promise<string> {
  await on.append([{ stream: id }]);
  return id;
}

const twoStreams = async (on: WriteSide) => [await stream(on), await stream(on)] as const;

/** Ids in the order in which PostgreSQL sorts them. */
const inOrder = (count: number): string[] => Array.from({ length: count }, () => randomUUID()).toSorted();

const lock = (on: WriteSide, id: string) => on.rows('select from write.streams where stream_id = $1 for update', [id]);

export const appendChecks: Check[] = [
  check('stores the events of one stream in order, and returns the last position', async (database) => {
    const on = await database.connect();
    const id = await stream(on);
    const position = await on.append([{ stream: id, expected: 1, data: [{ n: 2 }, { n: 3 }, { n: 4 }] }]);
    const events = (await eventsOf(on, id)).slice(1);
    expect(events.map(({ version, data, position: at }) => ({ version, data, at }))).toEqual([
      { version: 2, data: { n: 2 }, at: position - 2 },
      { version: 3, data: { n: 3 }, at: position - 1 },
      { version: 4, data: { n: 4 }, at: position },
    ]);
    expect(await versionOf(on, id)).toBe(4);
  }),

  check('makes a new stream with all of its events', async (database) => {
    const on = await database.connect();
    const id = randomUUID();
    await on.append([{ stream: id, data: [{ n: 1 }, { n: 2 }, { n: 3 }] }]);
    expect(await versionOf(on, id)).toBe(3);
    expect((await eventsOf(on, id)).map(({ version }) => version)).toEqual([1, 2, 3]);
  }),

  check('stores several streams in one call, new and old, each with its own versions', async (database) => {
    const on = await database.connect();
    const [old, fresh] = [await stream(on), randomUUID()];
    const last = await on.append([
      { stream: fresh, data: [{ n: 1 }, { n: 2 }] },
      { stream: old, expected: 1, data: [{ n: 3 }, { n: 4 }, { n: 5 }] },
    ]);
    const events = (await eventsOf(on, fresh, old)).slice(1);
    expect(events.map(({ version, data }) => [version, data])).toEqual([
      [1, { n: 1 }],
      [2, { n: 2 }],
      [2, { n: 3 }],
      [3, { n: 4 }],
      [4, { n: 5 }],
    ]);
    expect(events.at(-1)!.position).toBe(last);
    expect([await versionOf(on, fresh), await versionOf(on, old)]).toEqual([2, 4]);
  }),

  check('gives each event the metadata that is said to be its own, and all of them one time', async (database) => {
    const on = await database.connect();
    const id = randomUUID();
    await on.append([{ stream: id, data: Array.from({ length: 50 }, (_, n) => ({ n })) }]);
    const events = await eventsOf(on, id);
    expect(events.slice(0, 3).map(({ metadata }) => metadata.actor)).toEqual(['writer', 'another', 'writer']);
    expect(new Set(events.map(({ recordedAt }) => recordedAt)).size).toBe(1);
  }),

  check(
    'stores nothing and returns 0 when its one stream is at another version, or there already',
    async (database) => {
      const on = await database.connect();
      const id = await stream(on);
      for (const expected of [0, 2]) expect(await on.append([{ stream: id, expected }])).toBe(0);
      await on.append([{ stream: id, expected: 1 }]);
      expect(await on.append([{ stream: id, expected: 1 }])).toBe(0);
      expect(await versionOf(on, id)).toBe(2);
      expect(await eventsOf(on, id)).toHaveLength(2);
    },
  ),

  check(
    'leaves all streams as they were when one of several is at another version, or there already',
    async (database) => {
      const on = await database.connect();
      const [one, other] = await twoStreams(on);
      const calls = [
        [
          { stream: one, expected: 1 },
          { stream: other, expected: 2 },
        ],
        [
          { stream: one, expected: 2 },
          { stream: other, expected: 1 },
        ],
        [
          { stream: one, expected: 1 },
          { stream: other, expected: 0 },
        ],
        [
          { stream: one, expected: 0 },
          { stream: other, expected: 1 },
        ],
      ];
      for (const streams of calls) expect(await on.append(streams)).toBe(0);
      expect([await versionOf(on, one), await versionOf(on, other)]).toEqual([1, 1]);
      expect(await eventsOf(on, one, other)).toHaveLength(2);
    },
  ),

  check('leaves the transaction of its caller as it was when there is a conflict', async (database) => {
    const on = await database.connect();
    const [one, other] = await twoStreams(on);
    await on.run('begin');
    await on.append([{ stream: one, expected: 1 }]);
    expect(
      await on.append([
        { stream: one, expected: 2 },
        { stream: other, expected: 7 },
      ]),
    ).toBe(0);
    await on.run('commit');
    expect([await versionOf(on, one), await versionOf(on, other)]).toEqual([2, 1]);
  }),

  check(
    'stores nothing and returns 0 when any guarded stream is at another version, or is not there',
    async (database) => {
      const on = await database.connect();
      const [guard, other] = await twoStreams(on);
      await on.append([{ stream: guard, expected: 1 }]);
      const id = randomUUID();
      const holds = { stream: other, version: 1 };
      for (const broken of [
        { stream: guard, version: 1 },
        { stream: guard, version: 3 },
        { stream: randomUUID(), version: 1 },
      ]) {
        expect(await on.append([{ stream: id }], [broken, holds])).toBe(0);
        expect(await on.append([{ stream: id }], [holds, broken])).toBe(0);
      }
      expect(await versionOf(on, id)).toBeUndefined();
      expect(await on.append([{ stream: id }], [{ stream: guard, version: 2 }, holds])).toBeGreaterThan(0);
    },
  ),

  check('lets nobody change a guarded stream before its own transaction has ended', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const guard = await stream(on);
    await on.run('begin');
    await on.append([{ stream: randomUUID() }], [{ stream: guard, version: 1 }]);
    await other.run(IMPATIENT);
    expect(await sqlStateOf(other.append([{ stream: guard, expected: 1 }]))).toBe(LOCK_NOT_AVAILABLE);
    await on.run('commit');
    expect(await other.append([{ stream: guard, expected: 1 }])).toBeGreaterThan(0);
  }),

  check('lets others guard the same stream at the same time', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const guards = [{ stream: await stream(on), version: 1 }];
    await on.run('begin');
    await on.append([{ stream: randomUUID() }], guards);
    await other.run(PATIENT);
    expect(await other.append([{ stream: randomUUID() }], guards)).toBeGreaterThan(0);
  }),

  check('locks its streams in the order of their ids, however they are given', async (database) => {
    const [holder, writer, observer] = [await database.connect(), await database.connect(), await database.connect()];
    const ids = inOrder(3);
    for (const id of ids) await stream(holder, id);
    await holder.run('begin');
    await lock(holder, ids[0]!);
    const appending = writer.append(ids.toReversed().map((id) => ({ stream: id, expected: 1 })));
    await waits(appending, writer, observer);
    // It waits for the first of them, and has not locked the others.
    await observer.run(PATIENT);
    await lock(observer, ids[1]!);
    await lock(observer, ids[2]!);
    await holder.run('rollback');
    expect(await appending).toBeGreaterThan(0);
  }),

  check('locks what it guards in the same order', async (database) => {
    const [holder, writer, observer] = [await database.connect(), await database.connect(), await database.connect()];
    const [guard, own] = inOrder(2) as [string, string];
    for (const id of [guard, own]) await stream(holder, id);
    await holder.run('begin');
    await lock(holder, guard);
    const appending = writer.append([{ stream: own, expected: 1 }], [{ stream: guard, version: 1 }]);
    await waits(appending, writer, observer);
    await observer.run(PATIENT);
    await lock(observer, own);
    await holder.run('rollback');
    expect(await appending).toBeGreaterThan(0);
  }),

  check('records no event earlier than the one before it in its stream', async (database) => {
    const on = await database.connect();
    const [id, other] = [await stream(on), await stream(on)];
    await on.rows(`update write.events set recorded_at = '2999-01-01T00:00:00Z' where stream_id = $1`, [id]);
    await on.append([{ stream: id, expected: 1, data: [{ n: 1 }, { n: 2 }] }]);
    await on.append([{ stream: other, expected: 1 }]);
    await on.append([
      { stream: other, expected: 2 },
      { stream: id, expected: 3 },
    ]);
    const years = (await eventsOf(on, id, other)).map(({ recordedAt }) => recordedAt.slice(0, 4));
    const now = expect.not.stringMatching('2999') as string;
    expect(years).toEqual(['2999', now, '2999', '2999', now, '2999', '2999']);
  }),

  check('does not take an error of the database for a conflict', async (database) => {
    const [holder, on] = [await database.connect(), await database.connect()];
    const [one, other] = await twoStreams(holder);
    await holder.run('begin');
    await lock(holder, other);
    await on.run(IMPATIENT);
    const streams = [
      { stream: one, expected: 1 },
      { stream: other, expected: 1 },
    ];
    expect(await sqlStateOf(on.append(streams))).toBe(LOCK_NOT_AVAILABLE);
  }),

  check('appends for the application, which may not do so by itself', async (database) => {
    const on = await database.connect();
    await on.run('set role anamnesis_app');
    expect(await on.append([{ stream: randomUUID() }, { stream: randomUUID() }])).toBeGreaterThan(0);
  }),

  check('is not led astray by tables of the same names that its caller made', async (database) => {
    const on = await database.connect();
    await on.run('set role anamnesis_app');
    await on.run('create temporary table streams (like write.streams including all)');
    await on.run('create temporary table events (like write.events including all)');
    await on.run('grant all on streams, events to public');
    await on.run('set search_path = pg_temp, public');
    const id = randomUUID();
    await on.append([{ stream: id }]);
    await on.run('reset search_path');
    expect(await versionOf(on, id)).toBe(1);
    expect(await eventsOf(on, id)).toHaveLength(1);
  }),

  ...absenceChecks(async (on, id) => (await on.append([{ stream: randomUUID() }], [{ stream: id, version: 0 }])) > 0),
  ...floorChecks((on, id, expected) => on.append([{ stream: id, expected }])),
];
