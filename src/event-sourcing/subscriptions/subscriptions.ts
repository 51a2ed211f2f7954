import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { isTransient } from '../../database/sql-state.js';
import { isUnavailable } from '../../database/unavailable.js';
import { AppendSignal } from '../buses/append-signal.js';
import { FeatureRegistry } from '../feature-registry.js';
import { Scheduler } from '../scheduling/scheduler.js';
import { Log } from '../tail/log.js';
import { safePosition } from '../tail/safe-tail.js';
import { TailFeed } from '../tail/tail-feed.js';
import type { Consumer } from './consumer.js';
import { describe } from './describe-error.js';
import { Holdings } from './holdings.js';
import { type ProcessSession, Sessions } from './process-session.js';
import { SetAsideLines } from './set-aside-lines.js';
import { pauseAfterLooks, ProgressElsewhere } from './progress-elsewhere.js';
import { type Progress, SubscriptionStore } from './subscription-store.js';
import { Troubles } from './troubles.js';

/**
 * While events come, the tail pauses between two looks, the longer the more it found: a batch of fifty costs the projections little
 * more than one event, and nobody waits for long.
 */
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 80;
const PAUSE_MS_PER_EVENT = 1;
const IDLE_PAUSE_MS = 100;
const UPKEEP_MS = 250;
const LOOK_EVERY = 2;
const RENEW_EVERY = 8;
const RECONNECT_MS = 200;
/** How long a start tries to say what it has. Longer than the server leaves a transaction open in which nothing is said. */
const DECLARE_MS = 20_000;
/** A session whose upkeep fails for so long is given up for a new one. */
const FAILING_MS = 4_000;
/** How long the end of a session waits for handlers. */
const END_MS = 2_000;

/** Runs its share of the subscriptions, and takes over those of a process that died. */
@Injectable()
export class Subscriptions implements BeforeApplicationShutdown {
  protected readonly logger = new Logger(Subscriptions.name);
  private readonly consumers = new Map<string, Consumer>();
  private readonly progressed: AppendSignal;
  private readonly troubles = new Troubles(this.logger);
  private readonly lines = new SetAsideLines(this.logger);
  private readonly elsewhere: ProgressElsewhere;
  private session?: ProcessSession;
  private feed?: TailFeed;
  private holdings?: Holdings;
  private sessionOver?: AbortController;
  private sessionTrouble?: string;
  private formerOwner?: number;
  private stopping = false;
  private started?: Promise<void>;

  constructor(
    private readonly sessions: Sessions,
    private readonly log: Log,
    private readonly store: SubscriptionStore,
    private readonly registry: FeatureRegistry,
    private readonly appended: AppendSignal,
    private readonly scheduler: Scheduler,
  ) {
    this.progressed = new AppendSignal(scheduler);
    this.elsewhere = new ProgressElsewhere(store);
  }

  add(consumer: Consumer): void {
    if (this.consumers.has(consumer.name)) throw new Error(`Two subscriptions are named ${consumer.name}`);
    this.consumers.set(consumer.name, consumer);
  }

  /**
   * Says which subscriptions this build has, and which types they handle. To be awaited by every process, whatever its role, before
   * it takes the first request: events from then on are theirs, whoever comes to run them, and when.
   */
  async declare(): Promise<void> {
    const deadline = this.scheduler.now() + DECLARE_MS;
    for (;;) {
      try {
        await this.declareNow();
        return;
      } catch (error) {
        // somebody holds the rows, and may have been paused with them; the server lets go of them after a while
        if (!(isTransient(error) || isUnavailable(error)) || this.scheduler.now() > deadline) throw error;
        await this.scheduler.pause(RECONNECT_MS);
      }
    }
  }

  private async declareNow(): Promise<void> {
    const session = await this.sessions.open();
    try {
      const declarations = this.all().map(({ name, startsAt, types }) => ({
        name,
        startsAt,
        types: [...types],
      }));
      await this.store.declare(declarations, await safePosition(session));
    } finally {
      await session.close();
    }
  }

  /** Starts in the background: the database may be away. */
  start(): void {
    this.started ??= this.keepRunning();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.sessionOver?.abort();
    await this.started;
  }

  /** Identity of this process among those that share the work; undefined while the database is away. */
  get owner(): number | undefined {
    return this.session?.owner;
  }

  /** What this process knows of a subscription that it runs itself. */
  local(name: string): Progress | undefined {
    return this.holdings?.runners.get(name);
  }

  /** Whether this process runs all that it has: then nobody else has to be told of what happens here. */
  get runsAll(): boolean {
    return this.holdings !== undefined && this.holdings.runners.size === this.consumers.size;
  }

  /**
   * Waits until all of them have passed the position, in this process or, as stored, in another.
   * @returns those for which events are set aside; undefined when they have not passed it within the time
   */
  async havePassed(names: readonly string[], position: number, timeoutMs: number): Promise<string[] | undefined> {
    const deadline = this.scheduler.now() + timeoutMs;
    for (let looks = 1; ; looks++) {
      const seen = this.progressed.count;
      const progress = await this.progressOf(names, position);
      if (progress.every(({ reached }) => reached >= position)) {
        return names.filter((_, i) => progress[i]!.hasDeadLetters);
      }
      const left = deadline - this.scheduler.now();
      if (left <= 0) return undefined;
      const allHere = names.every((name) => this.local(name) !== undefined);
      await this.progressed.wait(seen, allHere ? left : Math.min(left, pauseAfterLooks(looks)));
    }
  }

  private async progressOf(names: readonly string[], upTo: number): Promise<readonly Progress[]> {
    const here = names.map((name) => this.local(name));
    const stored = await this.elsewhere.of(
      names.filter((_, i) => !here[i]),
      upTo,
    );
    return names.map((name, i) => here[i] ?? stored.get(name) ?? { reached: 0, hasDeadLetters: false });
  }

  names(): string[] {
    return [...this.consumers.keys()];
  }

  all(): readonly Consumer[] {
    return [...this.consumers.values()];
  }

  private async keepRunning(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.runOneSession();
      } catch (error) {
        this.tell(describe(error));
        if (!this.stopping) await this.scheduler.pause(RECONNECT_MS);
      }
    }
  }

  /** One connection's worth of work: ends when the connection is lost or the application stops. */
  private async runOneSession(): Promise<void> {
    const session = await this.sessions.open();
    const over = new AbortController();
    const end = () => over.abort();
    session.lost.addEventListener('abort', end);
    if (session.lost.aborted || this.stopping) over.abort();
    this.session = session;
    this.sessionOver = over;
    session.onAppended = () => this.appended.raise();
    try {
      // A server that lost a connection unheard still takes its owner for alive: nobody of that session runs any more.
      if (this.formerOwner !== undefined) await this.store.release(this.formerOwner);
      this.formerOwner = session.owner;
      await this.work(session, over);
      if (this.stopping) await this.store.release(session.owner);
    } finally {
      session.lost.removeEventListener('abort', end);
      this.session = undefined;
      this.sessionOver = undefined;
      await session.close();
    }
  }

  private async work(session: ProcessSession, over: AbortController): Promise<void> {
    const feed = await TailFeed.open(session, this.log, this.registry.catalogue);
    const holdings = this.holdingsOf(session, feed);
    this.holdings = holdings;
    feed.onDeclared = () => holdings.renew();
    let failure: unknown;
    const endWith = (error: unknown) => {
      failure ??= error;
      over.abort();
    };
    const both = Promise.all([
      this.upkeep(holdings, over.signal).catch(endWith),
      this.tail(feed, over.signal).catch(endWith),
    ]);
    await waitFor(over.signal);
    feed.stop();
    this.appended.raise();
    await holdings.end(END_MS);
    this.holdings = undefined;
    await this.scheduler.within(both, END_MS, undefined);
    if (failure !== undefined) throw failure as Error;
  }

  protected holdingsOf(session: ProcessSession, feed: TailFeed): Holdings {
    return new Holdings(this.consumers, session, feed, this.store, this.scheduler, this.troubles, this.lines, () =>
      this.progressed.raise(),
    );
  }

  private async tail(feed: TailFeed, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const seen = this.appended.count;
      const found = await feed.poll();
      if (found > 0) {
        const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, found * PAUSE_MS_PER_EVENT));
        await this.scheduler.pause(pauseMs, over);
      } else {
        await this.appended.wait(seen, IDLE_PAUSE_MS);
      }
    }
  }

  private async upkeep(holdings: Holdings, over: AbortSignal): Promise<void> {
    let failingSince: number | undefined;
    let wellSince = 0;
    for (let turn = 0; !over.aborted; turn++) {
      try {
        if (turn % RENEW_EVERY === 0) await holdings.renew();
        if (turn % LOOK_EVERY === 0) await holdings.look();
        await holdings.storeIdleProgress();
        failingSince = undefined;
        // not before each kind of work has succeeded once
        if (turn - wellSince > RENEW_EVERY) this.tell(undefined);
      } catch (error) {
        this.tell(describe(error));
        wellSince = turn;
        failingSince ??= this.scheduler.now();
        if (this.scheduler.now() - failingSince > FAILING_MS) throw error;
      }
      await this.scheduler.pause(UPKEEP_MS, over);
    }
  }

  /** Says what changes, once. */
  private tell(trouble: string | undefined): void {
    if (trouble === this.sessionTrouble) return;
    this.sessionTrouble = trouble;
    if (trouble) this.logger.error(`The subscriptions wait: ${trouble}`);
    else this.logger.log('The subscriptions go on');
  }
}

const waitFor = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
