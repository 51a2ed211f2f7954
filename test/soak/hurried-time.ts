import { type Planned, Timeline } from '../simulation/time/timeline.js';

/** The moment at which the week begins. */
const BEGINNING = Date.parse('2026-03-02T00:00:00.000Z');

/**
 * Time that jumps to what is next, under everything in this process that waits by `setTimeout` or looks at `performance.now`: the
 * scheduler of life runs on it as it stands.
 */
export class HurriedTime {
  private readonly timeline = new Timeline();
  private readonly pending = new Set<Planned>();

  static install(): HurriedTime {
    const time = new HurriedTime();
    const setTimeout = (run: () => void, ms = 0) => time.after(ms, run);
    const clearTimeout = (timer: Planned | undefined) => timer?.cancel();
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = () => time.now;
    return time;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.timeline.now;
  }

  /** Milliseconds since 1970. */
  get clock(): number {
    return BEGINNING + this.now;
  }

  /** Timers that are set, and neither over nor cleared. */
  get timers(): number {
    return this.pending.size;
  }

  after(ms: number, run: () => void): Planned {
    const planned = this.timeline.after(ms, () => {
      this.pending.delete(timer);
      run();
    });
    const timer: Planned = {
      cancel: () => {
        this.pending.delete(timer);
        planned.cancel();
      },
    };
    this.pending.add(timer);
    return timer;
  }

  /** Lets so much of it pass. */
  pass(ms: number): Promise<void> {
    return this.timeline.run(this.now + ms, () => false);
  }
}
