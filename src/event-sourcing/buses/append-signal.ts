import { Injectable } from '@nestjs/common';

/** Wakes whoever waits for new events or pending commands in this process. Carries nothing: what happened is in the database. */
@Injectable()
export class AppendSignal {
  private waiting: (() => void)[] = [];
  private raised = 0;

  raise(): void {
    this.raised++;
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** How often it has been raised. Taken before one looks for events, and given to `wait` after it, no raise is missed. */
  get count(): number {
    return this.raised;
  }

  /** Resolves as soon as it has been raised more than `seen` times, or after `timeoutMs` at the latest. */
  wait(seen: number, timeoutMs: number): Promise<void> {
    if (this.raised > seen) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((wake) => wake !== woken);
        resolve();
      }, timeoutMs);
      const woken = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.push(woken);
    });
  }
}
