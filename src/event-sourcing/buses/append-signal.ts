import { Injectable } from '@nestjs/common';
import { Scheduler } from '../scheduling/scheduler.js';

/** Wakes whoever waits for new events, pending commands or progress in this process. Carries nothing: what happened is in the database. */
@Injectable()
export class AppendSignal {
  private readonly waiting = new Set<AbortController>();
  private raised = 0;

  constructor(private readonly scheduler: Scheduler) {}

  raise(): void {
    this.raised++;
    for (const pause of [...this.waiting]) pause.abort(null);
  }

  /** How often it has been raised. Taken before one looks for events, and given to `wait` after it, no raise is missed. */
  get count(): number {
    return this.raised;
  }

  /** Resolves as soon as it has been raised more than `seen` times, or after `timeoutMs` at the latest. */
  async wait(seen: number, timeoutMs: number): Promise<void> {
    if (this.raised > seen) return;
    const woken = new AbortController();
    this.waiting.add(woken);
    await this.scheduler.pause(timeoutMs, woken.signal);
    this.waiting.delete(woken);
  }
}
