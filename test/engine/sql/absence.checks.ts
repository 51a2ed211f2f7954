import { randomUUID } from 'node:crypto';
import { type Check, check, IMPATIENT, LOCK_NOT_AVAILABLE, sqlStateOf, waits } from './check.js';
import { versionOf } from './stored.js';
import type { WriteSide } from './write-side.js';

/** A call that holds that there is no such stream. It says whether that was so. */
type HoldAbsence = (on: WriteSide, stream: string) => Promise<boolean>;

/** What each function that guards promises of a stream that is not there, which is at the version 0. */
export const absenceChecks = (hold: HoldAbsence): Check[] => [
  check('holds that there is no such stream, and leaves none behind', async (database) => {
    const on = await database.connect();
    const id = randomUUID();
    expect(await hold(on, id)).toBe(true);
    expect(await versionOf(on, id)).toBeUndefined();
    expect(await hold(on, id)).toBe(true);
  }),

  check('is a conflict where the stream is there, which stays as it is', async (database) => {
    const on = await database.connect();
    const id = randomUUID();
    await on.appendEvent({ stream: id });
    expect(await hold(on, id)).toBe(false);
    expect(await versionOf(on, id)).toBe(1);
  }),

  check('lets nobody begin the stream before its own transaction has ended', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const id = randomUUID();
    await on.run('begin');
    expect(await hold(on, id)).toBe(true);
    await other.run(IMPATIENT);
    expect(await sqlStateOf(other.appendEvent({ stream: id }))).toBe(LOCK_NOT_AVAILABLE);
    await on.run('commit');
    expect(await other.appendEvent({ stream: id })).toBeGreaterThan(0);
  }),

  check('waits for another who begins the stream, and goes by how that ends', async (database) => {
    const [first, second, observer] = [await database.connect(), await database.connect(), await database.connect()];
    for (const end of ['rollback', 'commit']) {
      const id = randomUUID();
      await first.run('begin');
      await first.appendEvent({ stream: id });
      const held = hold(second, id);
      await waits(held, second, observer);
      await first.run(end);
      expect(await held).toBe(end === 'rollback');
    }
  }),
];
