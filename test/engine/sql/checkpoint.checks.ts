import { type Check, check, NOT_HELD, sqlStateOf } from './check.js';
import { stepChecks } from './step.checks.js';
import { letter, lettersOf, subscriptionAt40, subscriptionRow } from './subscription-rows.js';

export const checkpointChecks: Check[] = [
  ...stepChecks((on, step) => on.checkpoint(step)),

  check('is refused where it would go back', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    expect(await sqlStateOf(on.checkpoint({ subscription: name, from: 40, to: 39, epoch: 3 }))).toBe(NOT_HELD);
  }),

  check('sets events aside with all that is known of them', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    const letters = [
      letter(41),
      letter(44, { kind: 'behind', error: 'Behind 41', attempts: 0 }),
      letter(46, { kind: 'passed-over', type: 'engine.of-another-build', attempts: 0 }),
      letter(47, { kind: 'unreadable' }),
    ];
    await on.checkpoint({ subscription: name, from: 40, to: 57, epoch: 3 }, { letters });
    expect(await lettersOf(on, name)).toEqual(letters);
  }),

  check('keeps what was said of an event that is set aside already', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    const first = letter(41, { error: 'first' });
    await on.checkpoint({ subscription: name, from: 40, to: 41, epoch: 3 }, { letters: [first] });
    const again = { letters: [letter(41, { error: 'again' }), letter(42, { error: 'new' })] };
    await on.checkpoint({ subscription: name, from: 41, to: 42, epoch: 3 }, again);
    expect((await lettersOf(on, name)).map(({ error }) => error)).toEqual(['first', 'new']);
  }),

  check('refuses a kind of letter that nobody knows', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    const step = { subscription: name, from: 40, to: 41, epoch: 3 };
    expect(await sqlStateOf(on.checkpoint(step, { letters: [letter(41, { kind: 'lost' })] }))).toBe('23514');
  }),

  check('settles one event of its own subscription, and none besides', async (database) => {
    const on = await database.connect();
    const [name, other] = [await subscriptionAt40(on), await subscriptionAt40(on)];
    for (const subscription of [name, other]) {
      await on.checkpoint({ subscription, from: 40, to: 50, epoch: 3 }, { letters: [letter(41), letter(42)] });
    }
    await on.checkpoint({ subscription: name, from: 50, to: 50, epoch: 3 }, { settles: 41 });
    expect((await lettersOf(on, name)).map(({ position }) => position)).toEqual([42]);
    expect((await lettersOf(on, other)).map(({ position }) => position)).toEqual([41, 42]);
  }),

  check('is refused when the event that it settles was settled by another, and goes no further', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    const step = { subscription: name, from: 40, to: 57, epoch: 3 };
    expect(await sqlStateOf(on.checkpoint(step, { settles: 41 }))).toBe(NOT_HELD);
    expect((await subscriptionRow(on, name)).position).toBe(40);
  }),

  check('settles one event and sets others aside in one step', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    await on.checkpoint({ subscription: name, from: 40, to: 50, epoch: 3 }, { letters: [letter(41)] });
    const another = letter(52);
    await on.checkpoint({ subscription: name, from: 50, to: 57, epoch: 3 }, { settles: 41, letters: [another] });
    expect(await lettersOf(on, name)).toEqual([another]);
  }),

  check('neither settles nor sets aside anything for a former holder', async (database) => {
    const on = await database.connect();
    const name = await subscriptionAt40(on);
    await on.checkpoint({ subscription: name, from: 40, to: 50, epoch: 3 }, { letters: [letter(41)] });
    const stale = { subscription: name, from: 50, to: 57, epoch: 2 };
    expect(await sqlStateOf(on.checkpoint(stale, { settles: 41, letters: [letter(52)] }))).toBe(NOT_HELD);
    expect((await lettersOf(on, name)).map(({ position }) => position)).toEqual([41]);
  }),
];
