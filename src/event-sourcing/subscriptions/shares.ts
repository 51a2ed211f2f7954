import type { Survey } from './subscription-store.js';

/** What nobody wants for so long, a little longer than between two looks, is taken by whoever sees it. */
const UNWANTED_MS = 700;
/** What was taken beyond the share, because nobody else wanted it, is not given back for so long. */
const KEEP_UNWANTED_MS = 60_000;

export interface Plan {
  readonly claim: readonly string[];
  readonly giveBack: readonly string[];
}

interface Situation {
  readonly survey: Survey;
  readonly owner: number;
  /** Subscriptions that this process runs. */
  readonly running: ReadonlySet<string>;
  /** Subscriptions that failed here just now: left to others for a while. */
  readonly resting: ReadonlySet<string>;
  readonly now: number;
}

/**
 * Shares the subscriptions out among the workers that are alive. Each takes its share at once; what then stays free, as when
 * another worker does not know it or cannot run it, is taken by anybody. Who has more than its share gives the surplus back.
 */
export class Shares {
  private readonly freeSince = new Map<string, number>();
  private readonly takenUnwanted = new Map<string, number>();

  plan({ survey, owner, running, resting, now }: Situation): Plan {
    const { subscriptions, workers } = survey;
    const share = Math.ceil(subscriptions.length / Math.max(workers, 1));
    const free = subscriptions
      .filter(({ name, holder }) => !running.has(name) && (holder === undefined || holder === owner))
      .map(({ name }) => name);
    this.remember(free, running, now);
    const candidates = free.filter((name) => !resting.has(name));
    const mine = candidates.slice(0, Math.max(0, share - running.size));
    const unwanted = candidates
      .slice(mine.length)
      .filter((name) => now - (this.freeSince.get(name) ?? now) >= UNWANTED_MS);
    const movable = [...running].filter((name) => !this.takenUnwanted.has(name));
    for (const name of unwanted) this.takenUnwanted.set(name, now);
    return { claim: [...mine, ...unwanted], giveBack: movable.slice(0, Math.max(0, running.size - share)) };
  }

  private remember(free: readonly string[], running: ReadonlySet<string>, now: number): void {
    for (const name of this.freeSince.keys()) if (!free.includes(name)) this.freeSince.delete(name);
    for (const name of free) if (!this.freeSince.has(name)) this.freeSince.set(name, now);
    for (const [name, since] of this.takenUnwanted) {
      if (now - since > KEEP_UNWANTED_MS || (!running.has(name) && now > since)) this.takenUnwanted.delete(name);
    }
  }
}
