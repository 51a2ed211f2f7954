import { Logger } from '@nestjs/common';
import { isUnavailable } from '../../database/unavailable.js';
import type { DomainEvent } from '../domain-event.js';
import { isNotHeld, isTransient } from '../store/pg-errors.js';
import type { TailFeed } from '../tail/tail-feed.js';
import { type Checkpoint, type Consumer, NotDurable } from './consumer.js';
import type { Claimed, SubscriptionStore } from './subscription-store.js';

/** How often an event is tried before it is set aside. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** Delivers the log to one consumer, in order, as long as this process holds the subscription. */
export class SubscriptionRunner {
  private readonly logger = new Logger(SubscriptionRunner.name);
  /** Handled in memory up to here. */
  private position: number;
  /** Stored up to here: the difference held nothing for this consumer. */
  private stored: number;
  private readonly parked = new Set<string>();
  private running = true;
  private busy = false;
  /** Pending while the progress of an idle time is being stored. */
  private idleStep?: Promise<void>;
  readonly finished: Promise<void>;

  constructor(
    readonly consumer: Consumer,
    private readonly claim: Claimed,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly onProgress: () => void,
  ) {
    this.position = this.stored = claim.position;
    this.finished = this.run();
  }

  get reached(): number {
    return this.position;
  }

  get hasDeadLetters(): boolean {
    return this.parked.size > 0;
  }

  stop(): void {
    this.running = false;
  }

  /** Begins to store progress that is nothing but progress. Delivery waits until the given function is called with the outcome. */
  beginIdleStep(): { step: Checkpoint; end: (stored: boolean) => void } | undefined {
    if (this.busy || !this.running || this.stored === this.position) return undefined;
    const step = this.stepTo(this.position);
    let end: (stored: boolean) => void = () => undefined;
    this.idleStep = new Promise((resolve) => {
      end = (stored) => {
        if (stored) this.stored = step.to;
        this.idleStep = undefined;
        resolve();
      };
    });
    return { step, end };
  }

  private async run(): Promise<void> {
    try {
      for (const streamId of await this.store.parkedStreams(this.claim.name)) this.parked.add(streamId);
      for (let next = this.feed.next(this.position); this.running;) {
        const batch = await next;
        if (!batch) return;
        const { events, upTo } = batch;
        next = this.feed.next(upTo);
        // read while this batch is handled, and of no interest if that fails
        next.catch(() => undefined);
        await this.deliver(
          events.filter((event) => this.consumer.handles(event)),
          upTo,
        );
        this.position = upTo;
        this.onProgress();
      }
    } catch (error) {
      if (!isNotHeld(error) && !isUnavailable(error)) {
        this.logger.error(`${this.claim.name} stopped at ${this.position}: ${messageOf(error)}`);
      }
      throw error;
    } finally {
      this.running = false;
    }
  }

  private async deliver(events: readonly DomainEvent[], upTo: number): Promise<void> {
    if (events.length === 0) return;
    this.busy = true;
    await this.idleStep;
    try {
      const poisoned = events.some(({ recorded }) => this.parked.has(recorded.streamId));
      if (poisoned || !(await this.applied(events, upTo, 2))) await this.deliverOneByOne(events, upTo);
    } finally {
      this.busy = false;
    }
  }

  /** Finds the event that cannot be handled, sets it aside with the later ones of its stream, and goes on with the rest. */
  private async deliverOneByOne(events: readonly DomainEvent[], upTo: number): Promise<void> {
    for (const event of events) {
      const { position, streamId } = event.recorded;
      if (this.parked.has(streamId)) {
        await this.park(event, 'an earlier event of this stream is set aside', 0);
      } else if (!(await this.applied([event], position, ATTEMPTS))) {
        await this.park(event, this.lastError, ATTEMPTS);
        this.parked.add(streamId);
        this.logger.error(`${this.claim.name} set aside the event at ${position}: ${this.lastError}`);
      }
    }
    if (this.stored !== upTo) {
      await this.store.advance(this.stepTo(upTo));
      this.stored = upTo;
    }
  }

  private lastError = '';

  /** Whether the events were handled within some attempts. Trouble with the database or the lease is not the events' fault: it is thrown. */
  private async applied(events: readonly DomainEvent[], upTo: number, attempts: number): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (await this.consumer.apply(events, this.stepTo(upTo))) this.stored = upTo;
        return true;
      } catch (error) {
        if (isNotHeld(error) || isUnavailable(error) || error instanceof NotDurable) throw error;
        this.lastError = messageOf(error);
        if (!isTransient(error) && attempt >= attempts) return false;
        await pause(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 6));
      }
    }
  }

  private async park(event: DomainEvent, error: string, attempts: number): Promise<void> {
    const { position } = event.recorded;
    await this.store.park([event], this.stepTo(position), error, attempts);
    this.stored = position;
  }

  private stepTo(to: number): Checkpoint {
    return { subscription: this.claim.name, from: this.stored, to, epoch: this.claim.epoch };
  }
}

/** The kind of error and its code; the text only of our own errors, for a database's may quote the data. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error that is no Error';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : `${error.name}: ${error.message}`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
