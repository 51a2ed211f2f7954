import type { ICommand, ISaga } from '@nestjs/cqrs';
import { isDataError } from '../../database/sql-state.js';
import type { DomainEvent } from '../domain-event.js';
import { NotStorable, type StoredCommand } from '../durable-commands.js';
import type { FeatureRegistry } from '../feature-registry.js';
import { idFor } from '../ids.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { Checkpoint } from '../subscriptions/checkpoint.js';
import { type Consumer, EventFault, NotDurable } from '../subscriptions/consumer.js';
import type { EmittedCommand, PendingCommands } from './pending-commands.js';
import { SagaSource } from './saga-source.js';
import { CancelTimer, Timer } from './timers.js';

interface Answered {
  readonly event: DomainEvent;
  commands: readonly ICommand[];
}

/**
 * Runs the plain Nest sagas of one class durably: once per event, awaited, their commands stored in the transaction that advances
 * the checkpoint. The contract: a saga sees each event as a stream of its own, is asked about every event of the types that its
 * `ofType` names, and keeps nothing from one event to another. What breaks it stops the saga with an error, rather than lose
 * commands in silence.
 *
 * One class is one process with one checkpoint, so that a timer that one of its sagas sets and another withdraws are handled in
 * the order of the log. Cancel keys are its own: no other class can withdraw its timers.
 */
export class SagaConsumer implements Consumer {
  readonly startsAt = 'now';
  readonly largestBatch = 500;
  private readonly source: SagaSource;
  /** By type of event. */
  private readonly latest = new Map<unknown, Answered>();
  private answered?: ReadonlySet<string>;
  private fault?: NotDurable;

  constructor(
    readonly name: string,
    sagas: readonly ISaga<DomainEvent>[],
    readonly passesOver: ReadonlySet<string>,
    private readonly registry: FeatureRegistry,
    private readonly commands: PendingCommands,
    private readonly scheduler: Scheduler,
    private readonly wakeWorkers: () => void,
  ) {
    this.source = new SagaSource(name, sagas);
  }

  get types(): ReadonlySet<string> {
    return (this.answered ??= this.source.typesIn(this.registry.catalogue));
  }

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    if (this.fault) throw this.fault;
    let emitted: EmittedCommand[] = [];
    const cancelledKeys: string[] = [];
    for (const event of events) {
      await this.scheduler.turn();
      this.commandsFor(event).forEach((command, index) => {
        if (command instanceof CancelTimer) {
          cancelledKeys.push(command.cancelKey);
          // A timer set and withdrawn in one batch is not stored at all.
          emitted = emitted.filter((earlier) => earlier.cancelKey !== command.cancelKey);
        } else {
          emitted.push(this.emittedBy(event, index, command));
        }
      });
    }
    if (emitted.length === 0 && cancelledKeys.length === 0) return false;
    await this.store(emitted, cancelledKeys, checkpoint);
    if (emitted.length > 0) this.wakeWorkers();
    return true;
  }

  private async store(emitted: readonly EmittedCommand[], cancelledKeys: readonly string[], checkpoint: Checkpoint) {
    try {
      await this.commands.store(this.name, emitted, cancelledKeys, checkpoint);
    } catch (error) {
      // a value that no column takes, such as a time that there is not: which event made it is not known
      throw isDataError(error) ? new EventFault(undefined, error) : error;
    }
  }

  private emittedBy(event: DomainEvent, index: number, emitted: ICommand): EmittedCommand {
    const timer = emitted instanceof Timer ? emitted : undefined;
    const command = timer?.command ?? emitted;
    const id = idFor(this.name, event.recorded.eventId, String(index));
    return {
      ...this.stored(event, command),
      id,
      event,
      index,
      cancelKey: timer?.cancelKey ?? null,
      dueAt: timer?.dueAt ?? null,
    };
  }

  private stored(event: DomainEvent, command: ICommand): StoredCommand {
    try {
      return this.registry.commands.store(command);
    } catch (error) {
      throw error instanceof NotStorable ? new EventFault(event, error) : error;
    }
  }

  private commandsFor(event: DomainEvent): ICommand[] {
    try {
      const commands = this.source.commandsFor([event]);
      this.mustLookAtNoOtherTypes(event);
      this.meet(event, commands);
      return commands;
    } catch (error) {
      throw error instanceof NotDurable ? (this.fault = error) : new EventFault(event, error);
    }
  }

  /** What it was declared with is what it gets to see: to other types it would be deaf. */
  private mustLookAtNoOtherTypes(event: DomainEvent): void {
    const { catalogue } = this.registry;
    if (this.types.size === [...catalogue.all()].length) return;
    for (const type of this.source.typesIn(catalogue, event)) {
      if (!this.types.has(type))
        throw new NotDurable(`The saga ${this.name} looks at ${type}, and did not when it was declared`);
    }
  }

  /**
   * A saga without memory answers several events together as it answers each alone. Tried with every event: beside itself, and between
   * the latest events of the other types, before and after it.
   */
  private meet(event: DomainEvent, alone: readonly ICommand[]): void {
    this.latest.delete(event.constructor);
    const others = [...this.latest.values()];
    const present: Answered = { event, commands: alone };
    this.latest.set(event.constructor, present);
    const around = [...others, present];
    const company = [...around, ...around.toReversed()];
    const together = this.source.commandsFor(company.map((each) => each.event));
    const expected = () => company.flatMap(({ commands }) => commands);
    if (isSame(together, expected())) return;
    // A setting may have changed since the others were asked.
    for (const other of others) other.commands = this.source.commandsFor([other.event]);
    if (isSame(together, expected())) return;
    // One that answers otherwise each time, as with an id of its own making, shows its memory by the number of its answers.
    const isSettled = around.every((each) => isSame(this.source.commandsFor([each.event]), each.commands));
    if (isSettled || together.length !== expected().length) {
      throw new NotDurable(`The saga ${this.name} has a memory: it cannot be durable`);
    }
  }
}

/** Whether two lists hold the same commands, in any order. */
function isSame(some: readonly ICommand[], others: readonly ICommand[]): boolean {
  if (some.length !== others.length) return false;
  const texts = textsOf(others);
  return textsOf(some).every((text, i) => text === texts[i]);
}

const textsOf = (commands: readonly ICommand[]): string[] => commands.map(textOf).toSorted();
const textOf = (command: ICommand): string => `${command.constructor.name} ${JSON.stringify(command)}`;
