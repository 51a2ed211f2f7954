import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { isUnavailable } from '../../database/unavailable.js';
import { AppendSignal } from '../buses/append-signal.js';
import { EventStore } from '../store/event-store.js';
import { TailFeed } from '../tail/tail-feed.js';
import type { Consumer } from './consumer.js';
import { ProcessSession } from './process-session.js';
import { SubscriptionRunner } from './subscription-runner.js';
import { SubscriptionStore } from './subscription-store.js';

/**
 * While events come, the tail pauses between two looks, the longer the more it found: a batch of fifty costs the projections little
 * more than one event, and nobody waits for long.
 */
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 80;
const PAUSE_MS_PER_EVENT = 1;
const IDLE_PAUSE_MS = 100;
/** How often the stored progress of another process is asked for. */
const ELSEWHERE_PAUSE_MS = 10;
const UPKEEP_MS = 250;
const RENEW_EVERY = 8;
const RECONNECT_MS = 200;

/** Runs every subscription that no other process holds, and takes over those of a process that died. */
@Injectable()
export class Subscriptions implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Subscriptions.name);
  private readonly consumers = new Map<string, Consumer>();
  private runners = new Map<string, SubscriptionRunner>();
  private progressWaiters = new Set<() => void>();
  private session?: ProcessSession;
  private feed?: TailFeed;
  private stopping = false;
  private started?: Promise<void>;

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly store: SubscriptionStore,
    private readonly appended: AppendSignal,
  ) {}

  add(consumer: Consumer): void {
    if (this.consumers.has(consumer.name)) throw new Error(`Two subscriptions are named ${consumer.name}`);
    this.consumers.set(consumer.name, consumer);
  }

  /** Starts in the background: the database may be away. */
  start(): void {
    this.started ??= this.keepRunning();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.feed?.stop();
    this.appended.raise();
    await this.started;
  }

  /** Identity of this process among those that share the work; undefined while the database is away. */
  get owner(): number | undefined {
    return this.session?.owner;
  }

  /** What this process knows of a subscription that it runs itself. */
  local(name: string): { readonly reached: number; readonly hasDeadLetters: boolean } | undefined {
    return this.runners.get(name);
  }

  /** Position that each of the named subscriptions has passed, in this process or, as stored, in another. */
  async reached(names: readonly string[]): Promise<number> {
    const elsewhere = names.filter((name) => !this.runners.has(name));
    const stored = elsewhere.length > 0 ? await this.store.positions(elsewhere) : new Map<string, number>();
    return Math.min(...names.map((name) => this.runners.get(name)?.reached ?? stored.get(name) ?? 0));
  }

  /** Waits until all of them have passed the position. False when they have not within the time. */
  async havePassed(names: readonly string[], position: number, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while ((await this.reached(names)) < position) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      const allHere = names.every((name) => this.runners.has(name));
      await this.progress(allHere ? left : Math.min(left, ELSEWHERE_PAUSE_MS));
    }
    return true;
  }

  names(): string[] {
    return [...this.consumers.keys()];
  }

  private progress(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.progressWaiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.progressWaiters.add(done);
    });
  }

  private async keepRunning(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.runOneSession();
      } catch (error) {
        if (!isUnavailable(error)) this.logger.error(`The subscriptions start again: ${String(error)}`);
        if (!this.stopping) await pause(RECONNECT_MS);
      }
    }
  }

  /** One connection's worth of work: ends when the connection is lost or the application stops. */
  private async runOneSession(): Promise<void> {
    const session = await ProcessSession.open(this.database);
    this.session = session;
    try {
      const feed = await TailFeed.open(session.connection, this.events);
      this.feed = feed;
      await this.store.declare([...this.consumers.values()], feed.position);
      const upkeep = this.upkeep(session, feed);
      const tail = this.tail(feed);
      try {
        await Promise.race([upkeep, tail, session.lost]);
      } finally {
        this.feed = undefined;
        feed.stop();
        this.appended.raise();
        await Promise.allSettled([upkeep, tail]);
        await this.stopRunners();
      }
      if (this.stopping) await this.store.release(session.owner);
    } finally {
      this.session = undefined;
      await session.close();
    }
  }

  private async tail(feed: TailFeed): Promise<void> {
    while (this.isCurrent(feed)) {
      const seen = this.appended.count;
      const found = await feed.poll();
      if (found > 0) await pause(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, found * PAUSE_MS_PER_EVENT)));
      else await this.appended.wait(seen, IDLE_PAUSE_MS);
    }
  }

  private async upkeep(session: ProcessSession, feed: TailFeed): Promise<void> {
    for (let turn = 0; this.isCurrent(feed); turn++) {
      if (turn % RENEW_EVERY === 0) {
        // a new owner holds nothing yet
        if (turn > 0) await this.store.renew(session.owner);
        await this.claimFree(session, feed);
      }
      await this.storeIdleProgress();
      await Promise.race([pause(UPKEEP_MS), session.lost]);
    }
  }

  private isCurrent(feed: TailFeed): boolean {
    return !this.stopping && this.feed === feed;
  }

  private async claimFree(session: ProcessSession, feed: TailFeed): Promise<void> {
    const free = this.names().filter((name) => !this.runners.has(name));
    if (free.length === 0) return;
    for (const claim of await this.store.claim(free, session.owner)) {
      const runner = new SubscriptionRunner(this.consumers.get(claim.name)!, claim, feed, this.store, () =>
        this.wakeWaiters(),
      );
      this.runners.set(claim.name, runner);
      runner.finished
        .catch((error: unknown) => {
          if (!isUnavailable(error)) this.logger.warn(`${claim.name} is free again`);
        })
        .finally(() => {
          if (this.runners.get(claim.name) === runner) this.runners.delete(claim.name);
        });
    }
  }

  /** Subscriptions that had nothing to do store how far they have come, all in one statement. */
  private async storeIdleProgress(): Promise<void> {
    const steps = [...this.runners.values()].flatMap((runner) => runner.beginIdleStep() ?? []);
    if (steps.length === 0) return;
    let held = new Set<string>();
    try {
      held = await this.store.advanceIdle(steps.map(({ step }) => step));
    } finally {
      for (const { step, end } of steps) end(held.has(step.subscription));
    }
  }

  private async stopRunners(): Promise<void> {
    const stopping = [...this.runners.values()];
    for (const runner of stopping) runner.stop();
    await Promise.allSettled(stopping.map((runner) => runner.finished));
    this.runners.clear();
  }

  private wakeWaiters(): void {
    for (const wake of [...this.progressWaiters]) wake();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
