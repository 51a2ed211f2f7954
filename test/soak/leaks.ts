import { AppendSignal } from '../../src/event-sourcing/buses/append-signal.js';
import { SystemScheduler } from '../../src/event-sourcing/scheduling/system-scheduler.js';
import { TailFeed } from '../../src/event-sourcing/tail/tail-feed.js';

const { pause } = SystemScheduler.prototype;

/** Each is planted into the classes of the engine, by a name that the command line knows. */
export const leaks: Readonly<Record<string, () => void>> = {
  /** What the engine once did at each turn of its upkeep: what is raced with it stays on the promise that lives on. */
  'a race with a promise that lives on': () => {
    const losses = new WeakMap<AbortSignal, Promise<void>>();
    const lossOf = (signal: AbortSignal): Promise<void> => {
      let loss = losses.get(signal);
      if (!loss) {
        loss = new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        losses.set(signal, loss);
      }
      return loss;
    };
    SystemScheduler.prototype.pause = function (ms, signal) {
      return signal ? Promise.race([pause.call(this, ms), lossOf(signal)]) : pause.call(this, ms);
    };
  },

  'a listener that stays on its signal': () => {
    SystemScheduler.prototype.pause = function (ms, signal) {
      signal?.addEventListener('abort', () => undefined);
      return pause.call(this, ms, signal);
    };
  },

  'a timer that nobody clears': () => {
    SystemScheduler.prototype.pause = function (ms, signal) {
      setTimeout(() => undefined, 1_000_000_000);
      return pause.call(this, ms, signal);
    };
  },

  'a runner that waits on for events': () => {
    TailFeed.prototype.nudge = () => undefined;
  },

  'a waiter that is never forgotten': () => {
    const forgotten = new Set<object>();
    const { wait } = AppendSignal.prototype;
    AppendSignal.prototype.wait = function (seen, timeoutMs) {
      const waiting = wait.call(this, seen, timeoutMs);
      forgotten.add(waiting);
      return waiting;
    };
  },

  'a few bytes of each pause': () => {
    const kept: string[] = [];
    SystemScheduler.prototype.pause = function (ms, signal) {
      kept.push(`${performance.now()} `.repeat(5));
      return pause.call(this, ms, signal);
    };
  },
};
