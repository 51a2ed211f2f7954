import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { Scheduler } from '../scheduling/scheduler.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';
import { APPENDED_ELSEWHERE } from './appended-elsewhere.js';

/** Under load one announcement stands for many commands. */
const PAUSE_MS = 5;

const announce = statement(`select pg_notify('${APPENDED_ELSEWHERE}', '')`);

/**
 * Tells processes that run subscriptions which this one does not run that events were appended: their tails look at once instead of
 * after their pause. In a transaction of its own, for the end of one that notifies waits for all others that do.
 */
@Injectable()
export class Announcer {
  private isBusy = false;
  private isWanted = false;

  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly scheduler: Scheduler,
  ) {}

  /** Returns at once. An announcement that is lost costs others their pause, and nothing else. */
  appended(): void {
    this.isWanted = true;
    if (!this.isBusy && !this.subscriptions.runsAll) void this.announce();
  }

  private async announce(): Promise<void> {
    this.isBusy = true;
    while (this.isWanted) {
      this.isWanted = false;
      await this.database.query(announce, [], 'leases').catch(() => undefined);
      await this.scheduler.pause(PAUSE_MS);
    }
    this.isBusy = false;
  }
}
