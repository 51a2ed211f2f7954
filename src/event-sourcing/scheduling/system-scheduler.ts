import { Injectable } from '@nestjs/common';
import { nextSlice, sliceIsOver } from './slices.js';
import { Scheduler } from './scheduler.js';

/** The time of the machine. */
@Injectable()
export class SystemScheduler extends Scheduler {
  now(): number {
    return performance.now();
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        // a signal may live as long as the process: what stays on it would pile up
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end);
    });
  }

  turn(): Promise<void> | undefined {
    return sliceIsOver() ? nextSlice() : undefined;
  }
}
