import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommandBus, type ICommand, type ICommandHandler } from '@nestjs/cqrs';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { ConcurrencyConflict, RunAgain } from '../errors.js';
import { currentContext, type ExecutionContext } from '../execution-context.js';
import { EventStore } from '../store/event-store.js';
import { isHeldUp } from '../../database/sql-state.js';
import { isRolledBack } from '../store/pg-errors.js';
import { versionMismatch } from '../streams.js';
import { type Effect, insideUnitOfWork, runInUnitOfWork, UnitOfWork } from '../unit-of-work.js';
import { Announcer } from './announcer.js';
import { AppendSignal } from './append-signal.js';
import { CommandHealth } from './command-health.js';
import { Idempotency } from './idempotency.js';

/**
 * How often a command runs in all when others keep appending to its streams. Of two clients who do nothing else, each loses two
 * times in five: one command in a thousand lost eight times in a row.
 */
const MAX_ATTEMPTS = 16;
const LONGEST_PAUSE_MS = 64;

type FinalEffect<R> = (unit: UnitOfWork, result: R) => Effect;

/**
 * Nest's command bus, with a transaction around each command: the handler stages events and effects, and when it has returned all of
 * them are committed in one statement. A concurrency conflict runs the handler again on a fresh load. A command that a
 * handler executes joins its transaction.
 */
@Injectable()
export class DurableCommandBus extends CommandBus {
  private readonly commandsHandled = new Map<string, string>();

  constructor(
    moduleRef: ModuleRef,
    // At the index of Nest's own parameter: a subclass inherits the parent's @Inject by index.
    @Inject('CQRS_MODULE_OPTIONS') options: object,
    private readonly store: EventStore,
    private readonly idempotency: Idempotency,
    private readonly appended: AppendSignal,
    private readonly health: CommandHealth,
    private readonly announcer: Announcer,
  ) {
    super(moduleRef, options);
  }

  /** @throws Error when two handlers claim one command: Nest would only warn, and let the later one win. */
  override bind<T extends ICommand>(handler: InstanceWrapper<ICommandHandler<T>>, id: string): void {
    const name = handler.name as string;
    const other = this.commandsHandled.get(id);
    if (other) throw new Error(`Two handlers for one command: ${other} and ${name}`);
    this.commandsHandled.set(id, name);
    super.bind<T>(handler, id);
  }

  override async execute<R>(command: ICommand): Promise<R> {
    if (insideUnitOfWork()) return super.execute<ICommand, R>(command);
    const context = currentContext();
    try {
      if (!context.idempotency) return await this.run(command, context);
      return await this.idempotency.once<R>(context, (answer) => this.run(command, context, answer));
    } catch (error) {
      this.health.failed(error);
      throw error;
    }
  }

  private async run<R>(command: ICommand, context: ExecutionContext, answer?: FinalEffect<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.runOnce(command, context, answer);
      } catch (error) {
        const conflict = error instanceof ConcurrencyConflict;
        if (conflict && context.ifMatch?.streamId === error.streamId) throw versionMismatch(error.currentVersion);
        // Who has waited for a lock as long as it may does not begin to wait again.
        const again = conflict || error instanceof RunAgain || (isRolledBack(error) && !isHeldUp(error));
        if (!again || attempt === MAX_ATTEMPTS) throw error;
        await shortPause(attempt);
      }
    }
  }

  private async runOnce<R>(command: ICommand, context: ExecutionContext, answer?: FinalEffect<R>): Promise<R> {
    const unit = new UnitOfWork();
    const result = await runInUnitOfWork(unit, () => super.execute<ICommand, R>(command));
    for (const effect of context.effects ?? []) unit.enlist(effect);
    if (answer) unit.enlist(answer(unit, result));
    unit.seal();

    context.outcome = await this.store.commit(unit, {
      actor: context.actor.id,
      role: context.actor.role,
      ...(context.onBehalfOf && { onBehalfOf: context.onBehalfOf }),
      ...(context.purpose && { purpose: context.purpose }),
      correlationId: context.correlationId,
      ...(context.causationId && { causationId: context.causationId }),
    });
    if (unit.streams.length > 0) {
      this.appended.raise();
      this.announcer.appended();
    }
    return result;
  }
}

/** Lets the other command finish: 0–2 ms after the first conflict, more later, so that many at once do not meet again. */
const shortPause = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS)));
