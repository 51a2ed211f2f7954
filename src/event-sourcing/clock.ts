import { Injectable } from '@nestjs/common';
import type { Instant } from './domain-event.js';

/** The time, passed into aggregates. Tests replace it. */
@Injectable()
export class Clock {
  now(): Instant {
    return new Date().toISOString();
  }
}
