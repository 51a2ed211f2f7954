import type { Scheduler } from '../scheduling/scheduler.js';
import type { TailFeed } from '../tail/tail-feed.js';
import type { Consumer } from './consumer.js';
import type { ProcessSession } from './process-session.js';
import type { SetAsideLines } from './set-aside-lines.js';
import { Shares } from './shares.js';
import { type Ending, SubscriptionRunner } from './subscription-runner.js';
import type { Claimed, SubscriptionStore } from './subscription-store.js';
import type { Troubles } from './troubles.js';

/** What a handler is given to end when its subscription is handed over. */
const HAND_OVER_MS = 3_000;

/** The subscriptions that this process holds in one session, and what keeps them so. */
export class Holdings {
  readonly runners = new Map<string, SubscriptionRunner>();
  private readonly leaving = new Set<string>();
  private readonly shares = new Shares();
  private workers = 1;

  constructor(
    private readonly consumers: ReadonlyMap<string, Consumer>,
    private readonly session: ProcessSession,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly troubles: Troubles,
    private readonly lines: SetAsideLines,
    private readonly onProgress: () => void,
  ) {}

  /** Prolongs the leases. What is not held any more stops at once. */
  async renew(): Promise<void> {
    const asked = [...this.runners.values()];
    const names = asked.map(({ name }) => name);
    const held = await this.store.renew(names, this.session.owner);
    for (const runner of asked) if (held.get(runner.name) !== runner.claim.epoch) this.isLost(runner);
  }

  /** Takes what is free of this process's share, and gives back what is more than that. */
  async look(): Promise<void> {
    const { owner } = this.session;
    const now = this.scheduler.now();
    const survey = await this.store.survey([...this.consumers.keys()], owner);
    this.workers = survey.workers;
    const running = new Set([...this.runners.keys()].filter((name) => !this.leaving.has(name)));
    const plan = this.shares.plan({ survey, owner, running, resting: this.troubles.resting(now), now });
    for (const name of plan.giveBack) void this.handOver(this.runners.get(name)!);
    const wanted = plan.claim.filter((name) => !this.runners.has(name));
    if (wanted.length > 0) this.begin(await this.store.claim(wanted, owner));
  }

  /** Subscriptions that had nothing to do store how far they have come, all in one statement. */
  async storeIdleProgress(): Promise<void> {
    const steps = [...this.runners.values()].flatMap((runner) => {
      const begun = runner.beginIdleStep();
      return begun ? [{ runner, ...begun }] : [];
    });
    if (steps.length === 0) return;
    let held: ReadonlySet<string> = new Set();
    let answered = false;
    try {
      held = await this.store.advanceIdle(steps.map(({ step }) => step));
      answered = true;
    } finally {
      for (const { runner, step, end } of steps) {
        end(held.has(step.subscription));
        if (answered && !held.has(step.subscription)) this.isLost(runner);
      }
    }
  }

  /** Stops all of them; waits for none for long. */
  async end(ms: number): Promise<void> {
    const runners = [...this.runners.values()];
    for (const runner of runners) runner.stop();
    this.runners.clear();
    await this.scheduler.within(Promise.all(runners.map(({ finished }) => finished)), ms, undefined);
  }

  private begin(claims: readonly Claimed[]): void {
    for (const { name } of claims) this.feed.watch(this.consumers.get(name)!.types);
    for (const claim of claims) this.run(claim);
  }

  private run(claim: Claimed): void {
    const { name } = claim;
    const consumer = this.consumers.get(name)!;
    const runner = new SubscriptionRunner(consumer, claim, this.feed, this.store, this.scheduler, {
      progressed: () => {
        this.troubles.progressed(name);
        this.onProgress();
      },
      setAside: (letter) => this.lines.tell(name, letter, this.scheduler.now()),
    });
    this.runners.set(name, runner);
    void runner.finished.then((ending) => this.ended(runner, ending));
  }

  protected async ended(runner: SubscriptionRunner, ending: Ending): Promise<void> {
    const isCurrent = this.runners.get(runner.name) === runner;
    if (isCurrent && !this.leaving.has(runner.name)) this.runners.delete(runner.name);
    if (ending.why !== 'trouble') return;
    const trouble = this.troubles.stopped(runner.name, ending.error, this.scheduler.now(), this.workers === 1);
    // where that fails, the lease ends by itself: it is not prolonged any more
    await this.store.giveBack(runner.name, runner.claim.epoch, trouble).catch(() => undefined);
  }

  private async handOver(runner: SubscriptionRunner): Promise<void> {
    this.leaving.add(runner.name);
    runner.stop();
    await this.scheduler.within(runner.finished, HAND_OVER_MS, undefined);
    await this.store.giveBack(runner.name, runner.claim.epoch).catch(() => undefined);
    this.leaving.delete(runner.name);
    if (this.runners.get(runner.name) === runner) this.runners.delete(runner.name);
  }

  private isLost(runner: SubscriptionRunner): void {
    runner.stop();
    if (this.runners.get(runner.name) === runner) this.runners.delete(runner.name);
  }
}
