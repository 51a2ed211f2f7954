import type { Scheduler } from '../scheduling/scheduler.js';
import { isNotHeld } from '../store/pg-errors.js';
import type { Batch } from '../tail/batch.js';
import type { TailFeed } from '../tail/tail-feed.js';
import type { Checkpoint } from './checkpoint.js';
import type { Consumer } from './consumer.js';
import type { DeliveryEvents } from './attempts.js';
import { Delivery } from './delivery.js';
import { MakingUp } from './making-up.js';
import { Standing } from './standing.js';
import type { Briefing, Claimed, SubscriptionStore } from './subscription-store.js';

/** Why a runner does not run any more. */
export type Ending =
  | { readonly why: 'told to' }
  /** Another process has it. */
  | { readonly why: 'not held' }
  | { readonly why: 'trouble'; readonly error: unknown };

const NOTHING_KNOWN: Briefing = { declared: new Map(), setAside: [] };

/** Delivers the log to one consumer, in order, as long as this process holds the subscription. */
export class SubscriptionRunner {
  /** Handled in memory up to here. */
  private position: number;
  private standing: Standing;
  private readonly stopped = { aborted: false };
  private busy = false;
  /** It was stopped by trouble, and has not got on since. */
  private isTroubled: boolean;
  /** Pending while the progress of an idle time is being stored. */
  private idleStep?: Promise<void>;
  /** Never rejects. */
  readonly finished: Promise<Ending>;

  constructor(
    readonly consumer: Consumer,
    readonly claim: Claimed,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly events: DeliveryEvents,
  ) {
    this.standing = new Standing(consumer, claim, NOTHING_KNOWN);
    this.position = claim.position;
    this.isTroubled = claim.troubled;
    this.finished = this.run();
  }

  get name(): string {
    return this.claim.name;
  }

  get reached(): number {
    return this.position;
  }

  get hasDeadLetters(): boolean {
    return this.standing.asideStreams.size > 0;
  }

  stop(): void {
    this.stopped.aborted = true;
    this.feed.nudge();
  }

  /** Begins to store progress that is nothing but progress. Delivery waits until the given function is called with the outcome. */
  beginIdleStep(): { step: Checkpoint; end: (stored: boolean) => void } | undefined {
    if (this.busy || this.stopped.aborted || this.standing.stored === this.position) return undefined;
    const step = this.standing.stepTo(this.position);
    let end: (stored: boolean) => void = () => undefined;
    this.idleStep = new Promise((resolve) => {
      end = (stored) => {
        if (stored) this.standing.stored = step.to;
        this.idleStep = undefined;
        resolve();
      };
    });
    return { step, end };
  }

  private async run(): Promise<Ending> {
    try {
      await this.prepare();
      await this.follow();
      return { why: 'told to' };
    } catch (error) {
      return isNotHeld(error) ? { why: 'not held' } : { why: 'trouble', error };
    } finally {
      // what was asked for ahead must not wait on
      this.stop();
    }
  }

  /** Asked after the claim: what is declared later takes the subscription away. Each asks for itself, and fails alone. */
  private async prepare(): Promise<void> {
    // what is behind is read meanwhile; if the answer has types that nobody watched, it is read again
    if (this.position < this.feed.position) void this.ahead(this.position);
    const briefings = await this.store.brief([this.name]);
    const briefing = briefings.get(this.name) ?? NOTHING_KNOWN;
    this.feed.watch(briefing.declared.keys());
    this.standing = new Standing(this.consumer, this.claim, briefing);
  }

  private async follow(): Promise<void> {
    const tools = [this.consumer, this.standing, this.feed, this.store, this.scheduler, this.events] as const;
    const delivery = new Delivery(...tools);
    const makingUp = new MakingUp(...tools);
    for (let next = this.ahead(this.position); !this.stopped.aborted;) {
      if (!makingUp.isDone) await this.alone(() => makingUp.some());
      const isBehind = this.position < this.feed.position;
      if (!makingUp.isDone && !isBehind) continue;
      if (this.isTroubled && !isBehind) await this.alone(() => this.sayThatAllIsWell());

      const batch = await next;
      if (!batch || this.stopped.aborted) return;
      next = this.ahead(batch.upTo);
      if (batch.events.some((event) => this.standing.concerns(event))) {
        const isOver = await this.alone(() => delivery.deliver(batch.events, batch.upTo, this.stopped));
        if (!isOver) return;
      }
      this.position = batch.upTo;
      this.isTroubled = false;
      this.events.progressed();
    }
  }

  /**
   * What comes next is read while something else is done, and of no interest if that fails. From the first time on: a rejection that
   * nobody hears ends the process.
   */
  private ahead(after: number): Promise<Batch | undefined> {
    const next = this.feed.next(after, this.stopped);
    next.catch(() => undefined);
    return next;
  }

  /** Not while the progress of an idle time is being stored, nor the other way round. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    this.busy = true;
    try {
      await this.idleStep;
      return await work();
    } finally {
      this.busy = false;
    }
  }

  /** Where nothing is left to handle, there is nothing that could go wrong again. */
  private async sayThatAllIsWell(): Promise<void> {
    await this.store.checkpoint(this.standing.stepTo(this.standing.stored));
    this.isTroubled = false;
    this.events.progressed();
  }
}
