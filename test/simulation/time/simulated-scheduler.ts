import { Scheduler } from '../../../src/event-sourcing/scheduling/scheduler.js';
import type { Random } from '../../support/random.js';
import type { Machine } from '../machines/machine.js';
import type { Timeline } from './timeline.js';

/** Clocks of machines run fast or slow by up to this share. */
const DRIFT = 0.02;
/** Timers are late by up to this long. */
const LATE_MS = 2;
/** How often a batch gives way in its middle. */
const TURNS = 0.2;

/** Time as one process sees it: another zero, a little faster or slower than the database's, and standing still with its machine. */
export class SimulatedScheduler extends Scheduler {
  private readonly zero: number;
  private readonly rate: number;

  constructor(
    private readonly timeline: Timeline,
    private readonly random: Random,
    private readonly machine: Machine,
  ) {
    super();
    this.zero = random.next() * 1e6;
    this.rate = 1 + (random.next() * 2 - 1) * DRIFT;
  }

  now(): number {
    return this.zero + this.timeline.now * this.rate;
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        timer.cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.timeline.after(ms / this.rate + this.random.next() * LATE_MS, () => this.machine.deliver(end));
      signal?.addEventListener('abort', end);
    });
  }

  turn(): Promise<void> | undefined {
    if (!this.random.chance(TURNS)) return undefined;
    return new Promise((resolve) => this.timeline.after(0, () => this.machine.deliver(resolve)));
  }
}
