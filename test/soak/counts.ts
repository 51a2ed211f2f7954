import { getEventListeners } from 'node:events';
import { queryObjects } from 'node:v8';
import { SubscriptionRunner } from '../../src/event-sourcing/subscriptions/subscription-runner.js';
import type { HurriedTime } from './hurried-time.js';

/** What is left after a collection of garbage. */
export interface Counts {
  /** Thousands of bytes. */
  readonly heap: number;
  readonly promises: number;
  /** Of signals: added, and neither removed nor called for the last time. */
  readonly listeners: number;
  /** Set, and neither over nor cleared. */
  readonly timers: number;
  readonly runners: number;
}

/** How much more there may be after days than before: engines warm up, and something is always under way. */
export const TOLERANCE: Counts = { heap: 1_000, promises: 60, listeners: 12, timers: 12, runners: 8 };

/** Objects of a class that something still refers to. */
const alive = (kind: Parameters<typeof queryObjects>[0]): number => queryObjects(kind, { format: 'count' });

export class Counter {
  private listeners = 0;
  private readonly counted = new WeakMap<AbortSignal, number>();

  constructor(private readonly time: HurriedTime) {
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    const { abort } = AbortController.prototype;
    const look = (target: unknown) => {
      if (target instanceof AbortSignal) this.look(target);
    };
    EventTarget.prototype.addEventListener = function (...listener: Parameters<typeof addEventListener>) {
      addEventListener.apply(this, listener);
      look(this);
    };
    EventTarget.prototype.removeEventListener = function (...listener: Parameters<typeof removeEventListener>) {
      removeEventListener.apply(this, listener);
      look(this);
    };
    AbortController.prototype.abort = function (reason?: unknown) {
      abort.call(this, reason);
      look(this.signal);
    };
  }

  count(): Counts {
    globalThis.gc!();
    return {
      heap: Math.round(process.memoryUsage().heapUsed / 1000),
      promises: alive(Promise),
      listeners: this.listeners,
      timers: this.time.timers,
      runners: alive(SubscriptionRunner),
    };
  }

  private look(signal: AbortSignal): void {
    const listeners = getEventListeners(signal, 'abort').length;
    this.listeners += listeners - (this.counted.get(signal) ?? 0);
    this.counted.set(signal, listeners);
  }
}
