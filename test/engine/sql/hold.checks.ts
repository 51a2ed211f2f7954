import { randomUUID } from 'node:crypto';
import { absenceChecks } from './absence.checks.js';
import { check, type Check, IMPATIENT, LOCK_NOT_AVAILABLE, PATIENT, sqlStateOf, waits } from './check.js';
import type { WriteSide } from './write-side.js';

async function stream(on: WriteSide, id: string = randomUUID()): Promise<string> {
  await on.append([{ stream: id }]);
  return id;
}

export const holdChecks: Check[] = [
  check('gives the position back when every stream is at its version', async (database) => {
    const on = await database.connect();
    const [one, other] = [await stream(on), await stream(on)];
    await on.append([{ stream: other, expected: 1 }]);
    const guards = [
      { stream: one, version: 1 },
      { stream: other, version: 2 },
    ];
    expect(await on.hold(42, guards)).toBe(42);
    expect(await on.hold(0, guards)).toBe(0);
    expect(await on.hold(7, [])).toBe(7);
  }),

  check('gives null when any stream is at another version, or is not there', async (database) => {
    const on = await database.connect();
    const [one, other] = [await stream(on), await stream(on)];
    const holds = { stream: other, version: 1 };
    for (const broken of [
      { stream: one, version: 2 },
      { stream: randomUUID(), version: 1 },
    ]) {
      expect(await on.hold(42, [broken, holds])).toBeNull();
      expect(await on.hold(42, [holds, broken])).toBeNull();
    }
  }),

  check('lets nobody change a stream before its own transaction has ended', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const id = await stream(on);
    await on.run('begin');
    await on.hold(1, [{ stream: id, version: 1 }]);
    await other.run(IMPATIENT);
    expect(await sqlStateOf(other.append([{ stream: id, expected: 1 }]))).toBe(LOCK_NOT_AVAILABLE);
    await on.run('commit');
    expect(await other.append([{ stream: id, expected: 1 }])).toBeGreaterThan(0);
  }),

  check('lets others hold the same stream at the same time', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const guards = [{ stream: await stream(on), version: 1 }];
    await on.run('begin');
    await on.hold(1, guards);
    await other.run(PATIENT);
    expect(await other.hold(2, guards)).toBe(2);
  }),

  check('locks in the order of the ids, however they are given', async (database) => {
    const [holder, on, observer] = [await database.connect(), await database.connect(), await database.connect()];
    const [first, second] = [randomUUID(), randomUUID()].toSorted() as [string, string];
    for (const id of [first, second]) await stream(holder, id);
    const lock = (by: WriteSide, id: string) =>
      by.rows('select from write.streams where stream_id = $1 for update', [id]);
    await holder.run('begin');
    await lock(holder, first);
    const held = on.hold(
      1,
      [second, first].map((id) => ({ stream: id, version: 1 })),
    );
    await waits(held, on, observer);
    await observer.run(PATIENT);
    await lock(observer, second);
    await holder.run('rollback');
    expect(await held).toBe(1);
  }),

  check('holds for the application, which may not lock streams by itself', async (database) => {
    const on = await database.connect();
    const id = await stream(on);
    await on.run('set role anamnesis_app');
    expect(await on.hold(1, [{ stream: id, version: 1 }])).toBe(1);
    expect(await sqlStateOf(on.rows('select from write.streams where stream_id = $1 for share', [id]))).toBe('42501');
  }),

  check('is not led astray by tables of the same names that its caller made', async (database) => {
    const on = await database.connect();
    await on.run('set role anamnesis_app');
    await on.run('create temporary table streams (like write.streams including all)');
    const id = randomUUID();
    await on.rows(`insert into pg_temp.streams values ($1, 'x', 3)`, [id]);
    await on.run('grant all on streams to public');
    await on.run('set search_path = pg_temp, public');
    expect(await on.hold(1, [{ stream: id, version: 3 }])).toBeNull();
  }),

  ...absenceChecks(async (on, id) => (await on.hold(1, [{ stream: id, version: 0 }])) !== null),
];
