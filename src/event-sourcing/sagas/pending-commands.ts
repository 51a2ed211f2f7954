import type { DomainEvent, Instant } from '../domain-event.js';
import type { KnownCommand, StoredCommand } from '../durable-commands.js';
import type { Checkpoint } from '../subscriptions/checkpoint.js';
import type { Effect } from '../unit-of-work.js';

/** A command that a saga answered an event with. */
export interface EmittedCommand extends StoredCommand {
  /** Follows from saga, event and index: the same answer to the same event is the same command. */
  readonly id: string;
  readonly event: DomainEvent;
  readonly index: number;
  readonly cancelKey: string | null;
  /** Of a timer; null for a command that is due at once. */
  readonly dueAt: Instant | null;
}

export interface PendingCommand {
  readonly id: string;
  readonly saga: string;
  readonly name: string;
  readonly schemaVersion: number;
  readonly payload: object;
  readonly metadata: { readonly correlationId: string; readonly causationId: string };
  readonly epoch: number;
  readonly attempts: number;
}

/** What sagas have emitted, due now or later. A port: PostgreSQL in life, a model of it in the simulation. */
export abstract class PendingCommands {
  /** Stores what a saga emitted, withdraws its timers of the keys, and goes on to the checkpoint, in one transaction. */
  abstract store(
    saga: string,
    emitted: readonly EmittedCommand[],
    cancelledKeys: readonly string[],
    checkpoint: Checkpoint,
  ): Promise<void>;

  /**
   * Takes due commands that this build knows, of a version that it knows, and that nobody alive is working on. Of the commands that a saga emitted for events of one
   * stream, only the first that is not finished.
   */
  abstract claim(owner: number, known: readonly KnownCommand[], limit: number): Promise<PendingCommand[]>;

  /** Milliseconds until the next command is due; negative when it is late, undefined when there is none. */
  abstract nextDueInMs(known: readonly KnownCommand[]): Promise<number | undefined>;

  /** Commits with the command's own events: a command is done exactly when its effect is stored. */
  abstract completion(command: PendingCommand): Effect;

  /** The command can never succeed: kept, and visible. `dead` when that took several attempts to find out. */
  abstract finishAs(status: 'refused' | 'dead', command: PendingCommand, error: string): Promise<void>;

  /** Tried again later; the attempt counts. */
  abstract postpone(command: PendingCommand, seconds: number, error: string): Promise<void>;

  /** Tried again later; nothing was wrong with the command. */
  abstract giveBack(command: PendingCommand, seconds: number, error: string): Promise<void>;
}
