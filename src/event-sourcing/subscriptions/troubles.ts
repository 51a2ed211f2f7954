import type { Logger } from '@nestjs/common';
import { describe } from './describe-error.js';

const FIRST_REST_MS = 500;
/** Longer than others wait before they take what is beyond their share. */
const FIRST_REST_BESIDE_OTHERS_MS = 3_000;
const LONGEST_REST_MS = 8_000;

interface Trouble {
  readonly text: string;
  readonly restsUntil: number;
  readonly nextRestMs: number;
  readonly isTold: boolean;
}

/**
 * What has stopped subscriptions in this process, and how long it leaves each of them to others. Says what changes, once: not what
 * is still so.
 */
export class Troubles {
  private readonly byName = new Map<string, Trouble>();

  constructor(private readonly logger: Pick<Logger, 'error' | 'log'>) {}

  /** Names of those that this process does not try now. */
  resting(now: number): ReadonlySet<string> {
    return new Set([...this.byName].filter(([, { restsUntil }]) => restsUntil > now).map(([name]) => name));
  }

  /** @returns the text under which others see it */
  stopped(name: string, error: unknown, now: number, isAlone: boolean): string {
    const text = describe(error);
    const before = this.byName.get(name);
    const restMs = before?.nextRestMs ?? (isAlone ? FIRST_REST_MS : FIRST_REST_BESIDE_OTHERS_MS);
    // what is over at the next try, as when the server was restarted, is not worth a line for each subscription
    const isTold = before !== undefined;
    if (isTold && !(before.isTold && before.text === text)) {
      this.logger.error(`${name} stopped: ${text}. It is tried again until that is over`);
    }
    this.byName.set(name, {
      text,
      isTold,
      restsUntil: now + restMs,
      nextRestMs: Math.min(2 * restMs, LONGEST_REST_MS),
    });
    return text;
  }

  progressed(name: string): void {
    const trouble = this.byName.get(name);
    if (!trouble) return;
    this.byName.delete(name);
    if (trouble.isTold) this.logger.log(`${name} goes on`);
  }
}
