import { type Check, check, NOT_HELD, sqlStateOf } from './check.js';
import { subscriptionAt40, subscriptionRow } from './subscription-rows.js';
import type { Step, WriteSide } from './write-side.js';

type TakeStep = (on: WriteSide, step: Step) => Promise<void>;

/** What every step of a subscription promises: of `write.advance`, by which builds of before go on, and of `write.checkpoint`. */
export const stepChecks = (take: TakeStep): Check[] => [
  check('goes on from the position of the subscription, under its epoch', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    await take(on, { subscription: name, from: 40, to: 57, epoch: 3 });
    const { position, epoch, updatedAt } = await subscriptionRow(on, name);
    expect({ position, epoch }).toEqual({ position: 57, epoch: 3 });
    expect(Date.now() - Date.parse(updatedAt)).toBeLessThan(600_000);
  }),

  check(
    'is refused to a former holder, whose epoch is over, though the position is the right one',
    async (database) => {
      const on = await database.connect();
      const name = await subscriptionAt40(on);
      for (const epoch of [2, 4]) {
        expect(await sqlStateOf(take(on, { subscription: name, from: 40, to: 57, epoch }))).toBe(NOT_HELD);
      }
      expect((await subscriptionRow(on, name)).position).toBe(40);
    },
  ),

  check('is refused from another position, though the epoch is the right one', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    for (const from of [39, 41]) {
      expect(await sqlStateOf(take(on, { subscription: name, from, to: 57, epoch: 3 }))).toBe(NOT_HELD);
    }
    expect((await subscriptionRow(on, name)).position).toBe(40);
  }),

  check('takes what else the transaction wrote with it when it is refused', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    await on.run('begin');
    await on.rows(`update write.subscriptions set trouble = 'of this transaction' where name = $1`, [name]);
    await sqlStateOf(take(on, { subscription: name, from: 40, to: 57, epoch: 2 }));
    await on.run('commit');
    expect((await subscriptionRow(on, name)).trouble).toBe('relation missing');
  }),

  check('says that what had stopped the subscription is over', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    await take(on, { subscription: name, from: 40, to: 40, epoch: 3 });
    expect(await subscriptionRow(on, name)).toMatchObject({ trouble: null, troubleSince: null });
  }),

  check('moves no other subscription', async (database) => {
    const on = await database.connect();
    const [name, other] = [await subscriptionAt40(on), await subscriptionAt40(on)];
    await take(on, { subscription: name, from: 40, to: 57, epoch: 3 });
    expect((await subscriptionRow(on, other)).position).toBe(40);
  }),

  check('is refused for a subscription that has no row', async (database) => {
    const on = await database.connect();
    expect(await sqlStateOf(take(on, { subscription: 'saga:Nobody', from: 0, to: 1, epoch: 0 }))).toBe(NOT_HELD);
  }),
];
