import type { Lane } from './limits.js';
import { isUnavailable } from './unavailable.js';

/** How long everything in a lane has to fail until that is said of it. */
const LASTING_MS = 2_000;
/** Nothing was asked since: what was so then need not be so now. */
const STALE_MS = 5_000;

interface Failing {
  readonly since: number;
  readonly last: number;
  readonly text: string;
}

/** What a single query may bring about, by taking too long or by a table of its own, says nothing of the database. */
const TOLD_OF: readonly Lane[] = ['commands', 'loads'];
const BY_THE_STATEMENT = '57014';

/** Lanes in which nothing succeeds any more: a server that answers a ping may still refuse every write, as with a full disk. */
export class LaneTroubles {
  private readonly failing = new Map<Lane, Failing>();

  succeeded(lane: Lane): void {
    if (this.failing.size > 0) this.failing.delete(lane);
  }

  failed(lane: Lane, error: unknown, now: number): void {
    // what is no trouble of the database is an answer
    if (!isUnavailable(error)) return this.succeeded(lane);
    const text = error.sqlState;
    if (text === undefined || text === BY_THE_STATEMENT || !TOLD_OF.includes(lane)) return;
    const before = this.failing.get(lane);
    const isNew = !before || now - before.last > STALE_MS;
    this.failing.set(lane, { since: isNew ? now : before.since, last: now, text });
  }

  /** `commands (53100)`: lane and SQLSTATE of each. */
  lasting(now: number): string[] {
    return [...this.failing]
      .filter(([, { since, last }]) => now - last <= STALE_MS && now - since >= LASTING_MS)
      .map(([lane, { text }]) => `${lane} (${text})`);
  }
}
