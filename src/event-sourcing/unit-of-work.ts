import { AsyncLocalStorage } from 'node:async_hooks';
import type { Aggregate } from './aggregate.js';
import type { DomainEvent } from './domain-event.js';
import { ConcurrencyConflict } from './errors.js';

/**
 * A write-side statement that belongs to the command: constraint rows, the idempotency row, the completion of a pending command.
 * It runs in the statement of the append, after the events, only when their versions held; if it raises, nothing is stored.
 */
export interface Effect {
  /**
   * A call of a SQL function with parameters from $1, such as `write.take_time($1::uuid, $2::jsonb)`; `appended.position` is
   * the position of the last event. Constant text: it becomes part of a prepared statement.
   */
  readonly call: string;
  readonly values: readonly unknown[];
  /** Receives what the function returned. */
  readonly onResult?: (result: unknown) => void;
  /**
   * Translates a violated constraint, by its name, into the error that the caller gets. Awaited after the rollback, so that it
   * can look up what would help the caller.
   */
  readonly onViolation?: (constraint: string) => Error | undefined | Promise<Error | undefined>;
}

export interface StagedStream {
  readonly streamId: string;
  readonly streamType: string;
  readonly expectedVersion: number;
  readonly events: readonly DomainEvent[];
}

/** What one command is about to change. It is committed as a whole, in one statement, when the handler has returned. */
export class UnitOfWork {
  private readonly staged = new Map<string, StagedStream>();
  /** Identity map: one object for each stream, whoever within the command loads it. */
  private readonly aggregates = new Map<string, Aggregate>();
  private isSealed = false;
  readonly effects: Effect[] = [];
  /** Streams that were only read, but must still be at that version when the command commits. */
  readonly guards = new Map<string, number>();
  /** Version of every aggregate loaded. */
  readonly seen = new Map<string, number>();
  lastPositionSeen = 0;

  get streams(): readonly StagedStream[] {
    return [...this.staged.values()];
  }

  aggregateOf(streamId: string): Aggregate | undefined {
    return this.aggregates.get(streamId);
  }

  /** The one object for its stream from now on, unless there is one: that one. */
  adopt<T extends Aggregate>(aggregate: T): T {
    const { id } = aggregate;
    const adopted = this.aggregates.get(id);
    if (!adopted) this.aggregates.set(id, aggregate);
    return (adopted ?? aggregate) as T;
  }

  stagedOn(streamId: string): readonly DomainEvent[] {
    return this.staged.get(streamId)?.events ?? [];
  }

  /**
   * Adds events of one stream. Staging a stream twice appends the later events after the earlier ones.
   * @throws Error when the command has been committed
   */
  stage(stream: StagedStream): void {
    this.refuseWhenSealed();
    const earlier = this.staged.get(stream.streamId);
    const events = earlier ? [...earlier.events, ...stream.events] : stream.events;
    this.seen.set(stream.streamId, stream.expectedVersion);
    if (events.length > 0) this.staged.set(stream.streamId, { ...stream, events });
  }

  /**
   * Adds a write-side statement to this command's transaction.
   * @throws Error when the command has been committed
   */
  enlist(effect: Effect): void {
    this.refuseWhenSealed();
    this.effects.push(effect);
  }

  /**
   * Nothing is added any more: what a handler did not wait for would be lost in silence. A stream that is written needs no guard
   * beside its expected version.
   * @throws ConcurrencyConflict when the two were read at different versions
   */
  seal(): void {
    this.isSealed = true;
    for (const { streamId, expectedVersion } of this.streams) {
      const guarded = this.guards.get(streamId);
      if (guarded === undefined) continue;
      if (guarded !== expectedVersion) {
        throw new ConcurrencyConflict(streamId, Math.min(guarded, expectedVersion), Math.max(guarded, expectedVersion));
      }
      this.guards.delete(streamId);
    }
  }

  private refuseWhenSealed(): void {
    if (this.isSealed) {
      throw new Error('The unit of work was committed: a command handler has to await all that it begins');
    }
  }
}

const storage = new AsyncLocalStorage<UnitOfWork>();

/** @throws Error outside of a command. */
export function currentUnitOfWork(): UnitOfWork {
  const unit = storage.getStore();
  if (!unit)
    throw new Error('There is no unit of work: events are appended and effects enlisted by command handlers only');
  return unit;
}

export const insideUnitOfWork = (): boolean => storage.getStore() !== undefined;

export const runInUnitOfWork = <T>(unit: UnitOfWork, work: () => T): T => storage.run(unit, work);
