import type { EventCatalogue } from '../event-catalogue.js';
import type { Log, Stretch, StretchBounds } from './log.js';
import { LoggedEvent } from './logged-event.js';
import { type Head, headOf, type TailConnection } from './safe-tail.js';
import { SharedStretches } from './shared-stretches.js';
import { BATCH, bytesOf, type Batch, batchAfter } from './batch.js';

/** What is kept of the end of the log for the subscriptions that keep up; the others share what they read. */
const KEPT = { rows: 5_000, bytes: 2_000_000 };
/** New events read at a time: what came while the server or this process stood still is not taken into memory all at once. */
const AT_ONCE = { rows: 1_000, bytes: 500_000 };

/** One tail per process, read once for all subscriptions. */
export class TailFeed {
  private readonly types = new Set<string>();
  private kept: LoggedEvent[] = [];
  private keptBytes = 0;
  /** Nothing of the types above this position is missing in `kept`. */
  private keptFrom: number;
  private waiting: (() => void)[] = [];
  private readonly behind: SharedStretches;
  private largeInHand: Promise<unknown> = Promise.resolve();
  private stopped = false;
  private safe: number;
  private declared: number;
  /**
   * Somebody has declared a type, which may have taken a subscription away: asked before an event is handed out that he could have
   * appended. Else who holds it no more, and does not know the type, would say of such an event that it is behind him.
   */
  onDeclared: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly connection: TailConnection,
    private readonly log: Log,
    private readonly catalogue: EventCatalogue,
    { position, declared }: Head,
  ) {
    this.safe = position;
    this.declared = declared;
    this.keptFrom = position;
    // one batch at a time: the next is read while it is handled
    this.behind = new SharedStretches((after, upTo) => this.read(after, upTo, BATCH));
  }

  static async open(connection: TailConnection, log: Log, catalogue: EventCatalogue): Promise<TailFeed> {
    return new TailFeed(connection, log, catalogue, await headOf(connection));
  }

  get position(): number {
    return this.safe;
  }

  /** Fetches events of these types from now on, too: types that nobody asks for are never read. */
  watch(types: Iterable<string>): void {
    const before = this.types.size;
    for (const type of types) this.types.add(type);
    if (this.types.size > before) this.forget();
  }

  /** Looks for new events. Returns how many there were; when there are very many, the rest is left for the next look. */
  async poll(): Promise<number> {
    const { position: safe, declared } = await headOf(this.connection);
    if (declared !== this.declared) {
      await this.onDeclared();
      this.declared = declared;
    }
    if (safe <= this.safe) return 0;
    const asked = this.types.size;
    const { events, upTo } = await this.read(this.safe, safe, AT_ONCE);
    if (this.types.size === asked) this.keep(events);
    this.safe = upTo;
    if (this.types.size !== asked) this.forget();
    this.wake();
    return events.length;
  }

  /** What comes after a position: at once if there is something, else with the next event. Undefined when the feed, or who asks, has stopped. */
  async next(after: number, stopped?: { readonly aborted: boolean }): Promise<Batch | undefined> {
    while (after >= this.safe && !this.stopped && !stopped?.aborted) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.stopped || stopped?.aborted) return undefined;
    return after >= this.keptFrom ? batchAfter(this.kept, after, this.safe) : await this.behind.after(after, this.safe);
  }

  /** The event with its data, for as long as `use` takes. One at a time in this process, for each may be as large as a request. */
  async whole<T>({ row }: LoggedEvent, use: (event: LoggedEvent) => Promise<T>): Promise<T> {
    const before = this.largeInHand;
    let done: () => void = () => undefined;
    this.largeInHand = new Promise<void>((resolve) => (done = resolve));
    try {
      await before;
      const [read] = await this.log.at([row.position]);
      if (!read) throw new Error(`There is no event at ${row.position}`);
      return await use(new LoggedEvent(read, this.catalogue));
    } finally {
      done();
    }
  }

  /** Whether this build can be expected to revive such events. */
  canRead(type: string, schemaVersion: number): boolean {
    return this.catalogue.knows(type, schemaVersion);
  }

  /** An event that was set aside, with its data. */
  async at(position: number): Promise<LoggedEvent | undefined> {
    const [row] = await this.log.at([position]);
    return row && new LoggedEvent(row, this.catalogue);
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  /** Those who wait look again whether they still want to. */
  nudge(): void {
    this.wake();
  }

  private async read(after: number, upTo: number, bounds: StretchBounds): Promise<Batch> {
    const stretch: Stretch = await this.log.read(after, upTo, [...this.types], bounds);
    return { events: stretch.rows.map((row) => new LoggedEvent(row, this.catalogue)), upTo: stretch.upTo };
  }

  private keep(events: readonly LoggedEvent[]): void {
    this.kept = this.kept.concat(events);
    this.keptBytes += bytesOf(events);
    let surplus = 0;
    while (this.kept.length - surplus > KEPT.rows || this.keptBytes > KEPT.bytes) {
      this.keptBytes -= this.kept[surplus++]!.row.size;
    }
    if (surplus === 0) return;
    this.keptFrom = this.kept[surplus - 1]!.row.position;
    this.kept = this.kept.slice(surplus);
  }

  /** What is in memory lacks a type. */
  private forget(): void {
    this.kept = [];
    this.keptBytes = 0;
    this.keptFrom = this.safe;
    this.behind.forget();
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
