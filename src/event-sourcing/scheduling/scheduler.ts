/**
 * Time as the engine's own loops know it: everything that waits, and every look at a clock, goes through here, so that the
 * simulation (test/simulation) can put another scheduler under the same classes.
 */
export abstract class Scheduler {
  /** Milliseconds of a clock that only measures distances. */
  abstract now(): number;

  /** Resolves after `ms`, or as soon as the signal is aborted. Nothing of the pause is left on the signal afterwards. */
  abstract pause(ms: number, signal?: AbortSignal): Promise<void>;

  /** The next turn of the event loop when the subscriptions of this process have had their share of this one, else undefined. */
  abstract turn(): Promise<void> | undefined;

  /**
   * The outcome of `work`, or `late` after `ms`: what is still going on then is left to itself. Foreign work is awaited in this way only.
   */
  async within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
    const limit = new AbortController();
    work.catch(() => undefined);
    try {
      return await Promise.race([work, this.pause(ms, limit.signal).then(() => late)]);
    } finally {
      limit.abort();
    }
  }
}
