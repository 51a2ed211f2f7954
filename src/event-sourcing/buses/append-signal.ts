import { Injectable } from '@nestjs/common';

/** Wakes whoever waits for new events or pending commands in this process. Carries nothing: what happened is in the database. */
@Injectable()
export class AppendSignal {
  private waiting: (() => void)[] = [];

  raise(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves with the next `raise`, or after `timeoutMs` at the latest. */
  wait(timeoutMs: number): Promise<void> {
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
