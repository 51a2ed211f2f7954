import { randomUUID } from 'node:crypto';
import { type Check, check, NOT_HELD, sqlStateOf } from './check.js';
import type { WriteSide } from './write-side.js';

/** A command that owner 9 works on, claimed for the second time. */
async function claimed(on: WriteSide, status = 'pending'): Promise<string> {
  const id = randomUUID();
  await on.rows(
    `insert into write.pending_commands
       (id, saga, event_id, index, name, payload, metadata, due_at, status, epoch, owner, lease_until)
     values ($1, 'saga:Some', gen_random_uuid(), 0, 'engine.ring', '{}', '{}', now(), $2, 2, 9, now() + interval '30 s')`,
    [id, status],
  );
  return id;
}

const rowOf = async (on: WriteSide, id: string) =>
  (
    await on.rows<{ status: string; owner: number | null; leased: boolean; finished: boolean }>(
      `select status, owner, lease_until is not null as leased, finished_at is not null as finished
       from write.pending_commands where id = $1`,
      [id],
    )
  )[0]!;

export const completeCommandChecks: Check[] = [
  check('makes a command done, with the time, and free of its owner', async (database) => {
    const on = await database.connect();
    const id = await claimed(on);
    await on.completeCommand(id, 2);
    expect(await rowOf(on, id)).toEqual({ status: 'done', owner: null, leased: false, finished: true });
  }),

  check('is refused to a worker whose claim is over', async (database) => {
    const on = await database.connect();
    const id = await claimed(on);
    for (const epoch of [1, 3]) expect(await sqlStateOf(on.completeCommand(id, epoch))).toBe(NOT_HELD);
    expect(await rowOf(on, id)).toMatchObject({ status: 'pending', owner: 9 });
  }),

  check('is refused for a command that was withdrawn or is finished, under whichever claim', async (database) => {
    const on = await database.connect();
    for (const status of ['cancelled', 'refused', 'dead', 'done']) {
      const id = await claimed(on, status);
      expect(await sqlStateOf(on.completeCommand(id, 2))).toBe(NOT_HELD);
      expect(await rowOf(on, id)).toMatchObject({ status, finished: false });
    }
  }),

  check('finishes no other command', async (database) => {
    const on = await database.connect();
    const [id, other] = [await claimed(on), await claimed(on)];
    await on.completeCommand(id, 2);
    expect(await rowOf(on, other)).toMatchObject({ status: 'pending' });
  }),

  check('is refused for a command that is not there', async (database) => {
    const on = await database.connect();
    expect(await sqlStateOf(on.completeCommand(randomUUID(), 0))).toBe(NOT_HELD);
  }),
];
