import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { isUnavailable } from '../../database/unavailable.js';
import { AppendSignal } from '../buses/append-signal.js';
import { DomainError } from '../errors.js';
import { runInContext, SYSTEM } from '../execution-context.js';
import { FeatureRegistry } from '../feature-registry.js';
import { isNotHeld } from '../store/pg-errors.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';
import { type PendingCommand, PendingCommands } from './pending-commands.js';

const AT_ONCE = 8;
const IDLE_PAUSE_MS = 500;
const ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 300;

/** Executes what sagas have emitted, through the command bus, once in effect. Any number of processes share the work. */
@Injectable()
export class CommandWorker implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CommandWorker.name);
  private readonly wake = new AppendSignal();
  private stopping = false;
  private started?: Promise<void>;

  constructor(
    private readonly commands: PendingCommands,
    private readonly commandBus: CommandBus,
    private readonly registry: FeatureRegistry,
    private readonly subscriptions: Subscriptions,
  ) {}

  start(): void {
    this.started ??= this.work();
  }

  /** There may be something to do. */
  nudge(): void {
    this.wake.raise();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.started;
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      const seen = this.wake.count;
      try {
        const { owner } = this.subscriptions;
        const claimed = owner === undefined ? [] : await this.commands.claim(owner, AT_ONCE);
        await Promise.all(claimed.map((command) => this.execute(command)));
        if (claimed.length === 0) await this.wake.wait(seen, await this.pauseMs(owner));
      } catch (error) {
        if (!isUnavailable(error)) this.logger.error(`The command worker goes on after: ${String(error)}`);
        await this.wake.wait(seen, IDLE_PAUSE_MS);
      }
    }
  }

  private async pauseMs(owner: number | undefined): Promise<number> {
    if (owner === undefined) return IDLE_PAUSE_MS / 5;
    const due = (await this.commands.nextDueInMs()) ?? IDLE_PAUSE_MS;
    return Math.min(IDLE_PAUSE_MS, Math.max(10, Math.ceil(due)));
  }

  private async execute(pending: PendingCommand): Promise<void> {
    try {
      const command = this.registry.reviveCommand(pending.name, pending.payload);
      await runInContext({ actor: SYSTEM, ...pending.metadata, effects: [this.commands.completion(pending)] }, () =>
        this.commandBus.execute(command),
      );
    } catch (error) {
      await this.settle(pending, error);
    }
  }

  private async settle(pending: PendingCommand, error: unknown): Promise<void> {
    // Taken over or withdrawn: whoever did so has the last word. Away: the lease runs out, and the command is tried again.
    if (isNotHeld(error) || isUnavailable(error)) return;
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
    const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** pending.attempts);
    await this.commands.postpone(pending, seconds, reason);
  }
}
