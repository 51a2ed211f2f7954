import type { Parts } from './parts.js';
import * as bugs from './planted-bugs.js';
import { simulate } from './simulation.js';

/** The rarest of them shows in about one schedule of a hundred. */
const MOST_SCHEDULES = 2_000;

/** Where an event that was never handled is missed. */
const EVENT_LOST = ['projection-is-fold', 'read-your-write', 'saga-answers', 'timers-fire', 'handled-in-order'];

/** Each bug, and the promise that it breaks; where there are several, any of them. */
const planted: readonly (readonly [bug: keyof typeof bugs, promises: readonly string[]])[] = [
  ['FloorSkipped', ['safe-tail']],
  ['DoubleClaim', ['one-holder']],
  ['CheckpointBeforeRows', ['projection-is-fold', 'read-your-write']],
  ['LostTimer', ['timers-fire']],
  ['LeaseWithoutEpoch', ['fence']],
  ['RenewIgnored', ['one-holder']],
  ['DeadRunnerKeepsItsLease', ['one-holder']],
  ['PoisonListTooLong', ['nothing-healthy-set-aside']],
  ['EventsBeforeTheFirstWorker', EVENT_LOST],
  ['TypePassedOver', EVENT_LOST],
  ['HolderNotToldOfNewType', EVENT_LOST],
  ['DeclarationUnheard', ['read-your-write']],
  ['CheckpointWithoutFence', ['fence']],
  ['LeaseOfTheFuture', ['one-holder']],
  ['CancelKeysShared', ['timers-fire']],
  ['CommandsInAnyOrder', ['command-order']],
];

/** The first schedule that breaks one of the promises. */
async function firstFound(Bug: new () => Parts, promises: readonly string[]): Promise<number | undefined> {
  for (let seed = 1; seed <= MOST_SCHEDULES; seed++) {
    const { violation } = await simulate({ seed, parts: new Bug() });
    if (violation && promises.includes(violation.invariant)) return seed;
  }
  return undefined;
}

describe('A planted bug', () => {
  it.each(planted)(
    '%s is found, and is what is wrong',
    async (bug, promises) => {
      const seed = await firstFound(bugs[bug], promises);
      expect(seed).toBeDefined();
      const { violation } = await simulate({ seed: seed! });
      expect(violation).toBeUndefined();
    },
    120_000,
  );

  it('is here for each that is planted', () => {
    expect(planted.map(([bug]) => bug).toSorted()).toEqual(Object.keys(bugs).toSorted());
  });
});
