import type { Client } from 'pg';
import type { DomainEvent } from '../domain-event.js';
import type { EventStore } from '../store/event-store.js';
import { safePosition } from './safe-tail.js';

/** Events kept in memory for the subscriptions that keep up; the others read the log themselves. */
const KEPT_EVENTS = 5_000;
const BATCH = 500;
/** New events read at a time: what came while the server or this process stood still is not taken into memory all at once. */
const MOST_AT_ONCE = 1_000;

export interface Batch {
  readonly events: readonly DomainEvent[];
  /** The subscription has seen everything up to here once it has handled the events. */
  readonly upTo: number;
}

/** One tail per process, read once for all subscriptions. */
export class TailFeed {
  private recent: DomainEvent[] = [];
  /** Nothing above this position is missing in `recent`. */
  private recentFrom: number;
  private waiting: (() => void)[] = [];
  private stopped = false;

  private constructor(
    private readonly connection: Client,
    private readonly store: EventStore,
    private safe: number,
  ) {
    this.recentFrom = safe;
  }

  static async open(connection: Client, store: EventStore): Promise<TailFeed> {
    return new TailFeed(connection, store, await safePosition(connection));
  }

  get position(): number {
    return this.safe;
  }

  /** Looks for new events. Returns how many there were; when there are very many, the rest is left for the next look. */
  async poll(): Promise<number> {
    const safe = await safePosition(this.connection);
    if (safe <= this.safe) return 0;
    const events = await this.store.log(this.safe, safe, MOST_AT_ONCE);
    this.keep(events);
    this.safe = events.length < MOST_AT_ONCE ? safe : events.at(-1)!.recorded.position;
    this.wake();
    return events.length;
  }

  /** What comes after a position: at once if there is something, else with the next event. Undefined when the feed has stopped. */
  async next(after: number): Promise<Batch | undefined> {
    while (after >= this.safe && !this.stopped) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.stopped) return undefined;
    const upTo = this.safe;
    const events = after >= this.recentFrom ? this.recentAfter(after) : await this.store.log(after, upTo, BATCH);
    return { events, upTo: events.length < BATCH ? upTo : events.at(-1)!.recorded.position };
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  private keep(events: readonly DomainEvent[]): void {
    this.recent = this.recent.concat(events);
    const surplus = this.recent.length - KEPT_EVENTS;
    if (surplus <= 0) return;
    this.recentFrom = this.recent[surplus - 1]!.recorded.position;
    this.recent = this.recent.slice(surplus);
  }

  private recentAfter(after: number): DomainEvent[] {
    let low = 0;
    let high = this.recent.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.recent[middle]!.recorded.position <= after) low = middle + 1;
      else high = middle;
    }
    return this.recent.slice(low, low + BATCH);
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
