import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Queryable } from '../../database/database.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { type Pruning, PRUNINGS } from './prunings.js';
import type { Retention } from './retention.js';

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;
/** After a failure: what failed is tried again before the hour is over. */
const AGAIN_AFTER_MS = 60_000;
const BATCH = 500;
/** Requests and projections go first. */
const BETWEEN_BATCHES_MS = 100;
const STOP_WITHIN_MS = 2_000;

/**
 * Forgets what is over, by policy: a minute after the start, then every hour, in small batches. Any number of processes do so; one at a
 * time has its turn.
 */
export class Housekeeping implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Housekeeping.name);
  private readonly stopping = new AbortController();
  private readonly failing = new Set<string>();
  private running?: Promise<void>;

  constructor(
    private readonly database: Queryable,
    private readonly retention: Retention,
    private readonly scheduler: Scheduler,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.running) await this.scheduler.within(this.running, STOP_WITHIN_MS, undefined);
  }

  /** Prunes all that is over. Whether nothing failed. What fails does not keep the rest from being pruned. */
  async sweep(): Promise<boolean> {
    for (const pruning of PRUNINGS) {
      try {
        await this.prune(pruning);
        if (this.failing.delete(pruning.name)) this.logger.log(`Forgets ${pruning.name} again`);
      } catch (error) {
        if (!this.failing.has(pruning.name)) this.logger.error(`Cannot forget ${pruning.name}: ${String(error)}`);
        this.failing.add(pruning.name);
      }
    }
    return this.failing.size === 0;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let pauseMs = FIRST_AFTER_MS;
    for (;;) {
      await this.scheduler.pause(pauseMs, signal);
      if (signal.aborted) return;
      pauseMs = (await this.sweep()) ? EVERY_MS : AGAIN_AFTER_MS;
    }
  }

  private async prune({ statement, days }: Pruning): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const [batch] = await this.database.query<{ mine: boolean; gone: number }>(statement, [
        BATCH,
        days(this.retention),
      ]);
      if (!batch?.mine || batch.gone < BATCH) return;
      await this.scheduler.pause(BETWEEN_BATCHES_MS, signal);
    }
  }
}
