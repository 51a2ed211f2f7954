import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Idempotency } from './buses/idempotency.js';

const EVERY_MS = 3_600_000;

/** Hourly: forgets the answers of idempotency keys that are past their time. */
@Injectable()
export class Housekeeping implements BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;

  constructor(private readonly idempotency: Idempotency) {}

  start(): void {
    this.timer = setInterval(() => void this.idempotency.purge().catch(() => undefined), EVERY_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
