import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { isUnavailable } from '../../database/unavailable.js';
import { AppendSignal } from '../buses/append-signal.js';
import { DomainError } from '../errors.js';
import { FeatureRegistry } from '../feature-registry.js';
import { FOREIGN_WORK_LIMIT_MS } from '../limits.js';
import { Scheduler } from '../scheduling/scheduler.js';
import { isNotHeld } from '../store/pg-errors.js';
import { describe } from '../subscriptions/describe-error.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';
import { TookTooLong } from '../subscriptions/took-too-long.js';
import { CommandExecutor } from './command-executor.js';
import { Hindrances } from './hindrances.js';
import { type PendingCommand, PendingCommands } from './pending-commands.js';

const SLOTS = 8;
/** Slots that are free when more is claimed, so that not every command costs a claim of its own. */
const WORTH_A_CLAIM = 4;
const IDLE_PAUSE_MS = 500;
const ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 300;
/** How long a stop waits for commands under way. */
const END_MS = 5_000;
const LATE = Symbol('late');

/** Executes what sagas have emitted, through the command bus, once in effect. Any number of processes share the work. */
@Injectable()
export class CommandWorker implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CommandWorker.name);
  private readonly wake: AppendSignal;
  private readonly underWay = new Set<Promise<void>>();
  private stopping = false;
  private started?: Promise<void>;
  private stoppedBy?: string;
  private readonly hindrances = new Hindrances();

  constructor(
    private readonly commands: PendingCommands,
    private readonly executor: CommandExecutor,
    private readonly registry: FeatureRegistry,
    private readonly subscriptions: Subscriptions,
    private readonly scheduler: Scheduler,
    @Inject(FOREIGN_WORK_LIMIT_MS) private readonly limitMs: number,
  ) {
    this.wake = new AppendSignal(scheduler);
  }

  start(): void {
    this.started ??= this.work();
  }

  /** What keeps it from its work, where something does. */
  get trouble(): string | undefined {
    return this.stoppedBy;
  }

  private async giveBack(pending: PendingCommand, error: unknown): Promise<void> {
    const text = `${pending.name}: ${describe(error)}`;
    const seconds = this.hindrances.met(pending.id, text, this.scheduler.now());
    await this.commands.giveBack(pending, seconds, describe(error));
  }

  /** There may be something to do. */
  nudge(): void {
    this.wake.raise();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.started;
    await this.scheduler.within(Promise.all(this.underWay), END_MS, undefined);
  }

  private async work(): Promise<void> {
    for (let waited = true; !this.stopping;) {
      const seen = this.wake.count;
      try {
        const claimed = await this.claim(waited);
        waited = false;
        for (const command of claimed) this.begin(command);
        this.tell(this.hindrances.lasting(this.scheduler.now()));
        if (claimed.length > 0) continue;
        await this.wake.wait(seen, await this.pauseMs());
        waited = this.wake.count === seen;
      } catch (error) {
        this.tell(describe(error));
        await this.scheduler.pause(IDLE_PAUSE_MS);
      }
    }
  }

  private async claim(waited: boolean): Promise<readonly PendingCommand[]> {
    const { owner } = this.subscriptions;
    const free = SLOTS - this.underWay.size;
    if (owner === undefined || free === 0 || (free < WORTH_A_CLAIM && !waited)) return [];
    return this.commands.claim(owner, this.registry.commands.known, free);
  }

  private async pauseMs(): Promise<number> {
    if (this.subscriptions.owner === undefined) return IDLE_PAUSE_MS / 5;
    if (this.underWay.size > 0) return IDLE_PAUSE_MS;
    const due = (await this.commands.nextDueInMs(this.registry.commands.known)) ?? IDLE_PAUSE_MS;
    return Math.min(IDLE_PAUSE_MS, Math.max(10, Math.ceil(due)));
  }

  private begin(command: PendingCommand): void {
    const slot = this.execute(command)
      // what became of it cannot be stored: its lease ends, and it is tried again
      .catch((error: unknown) => this.tell(describe(error)))
      .finally(() => {
        this.underWay.delete(slot);
        this.nudge();
      });
    this.underWay.add(slot);
  }

  private async execute(pending: PendingCommand): Promise<void> {
    try {
      const command = this.registry.commands.revive(pending.name, pending.schemaVersion, pending.payload);
      const execution = this.executor.execute(command, pending.metadata, [this.commands.completion(pending)]);
      const outcome = await this.scheduler.within(execution, this.limitMs, LATE);
      if (outcome === LATE) throw new TookTooLong(this.limitMs);
      this.hindrances.over(pending.id);
    } catch (error) {
      if (!isUnavailable(error)) this.hindrances.over(pending.id);
      await this.settle(pending, error);
    }
  }

  private async settle(pending: PendingCommand, error: unknown): Promise<void> {
    // Taken over or withdrawn: whoever did so has the last word. Away: the lease runs out, and the command is tried again.
    if (isNotHeld(error)) return;
    if (isUnavailable(error)) return this.giveBack(pending, error);
    if (error instanceof DomainError && error.kind !== 'unavailable') {
      await this.commands.finishAs('refused', pending, error.code);
      return;
    }
    const reason = error instanceof Error ? error.name : 'an error that is no Error';
    if (pending.attempts + 1 >= ATTEMPTS) {
      this.logger.error(`${pending.name} of ${pending.saga} is dead after ${ATTEMPTS} attempts: ${reason}`);
      await this.commands.finishAs('dead', pending, reason);
      return;
    }
    if (pending.attempts === 0)
      this.logger.warn(`${pending.name} of ${pending.saga} failed, and is tried again: ${reason}`);
    const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** pending.attempts);
    await this.commands.postpone(pending, seconds, reason);
  }

  /** Says what changes, once. */
  private tell(trouble: string | undefined): void {
    if (trouble === this.stoppedBy) return;
    this.stoppedBy = trouble;
    if (trouble) this.logger.error(`Commands of sagas wait: ${trouble}. They are tried again until that is over`);
    else this.logger.log('Commands of sagas go on');
  }
}
