import type { Logger } from '@nestjs/common';
import type { Letter } from './checkpoint.js';

const EVERY_MS = 60_000;

interface Told {
  readonly at: number;
  readonly more: number;
}

/**
 * Says which events are set aside: the first of a kind and type for each subscription, and then how many there were, once a minute.
 * Thousands of a kind, as beside a newer build that imports, would be thousands of lines.
 */
export class SetAsideLines {
  private readonly told = new Map<string, Told>();

  constructor(private readonly logger: Pick<Logger, 'error'>) {}

  tell(subscription: string, { row, kind, error }: Letter, now: number): void {
    const key = `${subscription} ${kind} ${row.type}`;
    const before = this.told.get(key);
    if (before && now - before.at < EVERY_MS) {
      this.told.set(key, { at: before.at, more: before.more + 1 });
      return;
    }
    this.told.set(key, { at: now, more: 0 });
    const since = before ? `, the ${before.more + 1}th of its kind since this was said last` : '';
    this.logger.error(
      `${subscription} set aside the event at ${row.position}, and its stream with it: ${kind}, ${error}${since}`,
    );
  }
}
