import type { ICommand, ISaga } from '@nestjs/cqrs';
import { Observable } from 'rxjs';
import type { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import type { DomainEvent } from '../domain-event.js';
import type { FeatureRegistry } from '../feature-registry.js';
import { newId } from '../ids.js';
import { type Checkpoint, checkpointValues, type Consumer, NotDurable } from '../subscriptions/consumer.js';
import { nextSlice, sliceIsOver } from '../subscriptions/slices.js';
import { CancelTimer, Timer } from './timers.js';

const store = sql`
  with cancelled as (
    update write.pending_commands set status = 'cancelled', finished_at = now()
    where status = 'pending' and saga = $6 and cancel_key = any($5::text[])),
  stored as (
    insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, cancel_key, due_at)
    select id, $6, event_id, index, name, payload, metadata, cancel_key, coalesce(due_at, now())
    from unnest($7::uuid[], $8::uuid[], $9::int[], $10::text[], $11::jsonb[], $12::jsonb[], $13::text[], $14::timestamptz[])
      new (id, event_id, index, name, payload, metadata, cancel_key, due_at)
    on conflict (saga, event_id, index) do nothing)
  select write.advance($1, $2, $3, $4)`;

interface Emitted {
  readonly event: DomainEvent;
  readonly index: number;
  readonly command: ICommand;
  readonly cancelKey: string | null;
  readonly dueAt: string | null;
}

/**
 * Runs the plain Nest sagas of one class durably: once per event, awaited, their commands stored in the transaction that advances
 * the checkpoint. A saga sees each event as a stream of its own, so operators that need memory or time cannot work; they are
 * detected, and stop the saga with an error, rather than lose commands in silence.
 *
 * One class is one process with one checkpoint, so that a timer that one of its sagas sets and another withdraws are handled in
 * the order of the log. Cancel keys are its own: no other class can withdraw its timers.
 */
export class SagaConsumer implements Consumer {
  readonly startsAt = 'now';
  /** The sagas as they are put together once, as by Nest. Each subscription runs one over what is `delivered` just then. */
  private readonly answers: readonly Observable<ICommand>[];
  private delivered: readonly DomainEvent[] = [];
  private readonly firstOfType = new Map<string, DomainEvent>();
  /** Types of events that no saga of this class answers. */
  private readonly ignored = new Set<unknown>();
  private fault?: NotDurable;

  constructor(
    readonly name: string,
    sagas: readonly ISaga<DomainEvent>[],
    private readonly registry: FeatureRegistry,
    private readonly database: Database,
    private readonly wakeWorkers: () => void,
  ) {
    const events$ = new Observable<DomainEvent>((saga) => {
      for (const event of this.delivered) saga.next(event);
      saga.complete();
    });
    this.answers = sagas.map((saga) => saga(events$));
  }

  handles(event: DomainEvent): boolean {
    return !this.ignored.has(event.constructor);
  }

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    if (this.fault) throw this.fault;
    let emitted: Emitted[] = [];
    const cancelledKeys: string[] = [];
    for (const event of events) {
      if (sliceIsOver()) await nextSlice();
      const commands = this.commandsFor([event]);
      this.meet(event, commands.length);
      commands.forEach((command, index) => {
        if (command instanceof CancelTimer) {
          cancelledKeys.push(command.cancelKey);
          // A timer set and withdrawn in one batch is not stored at all.
          emitted = emitted.filter((earlier) => earlier.cancelKey !== command.cancelKey);
        } else if (command instanceof Timer) {
          emitted.push({
            event,
            index,
            command: command.command,
            cancelKey: command.cancelKey ?? null,
            dueAt: command.dueAt,
          });
        } else {
          emitted.push({ event, index, command, cancelKey: null, dueAt: null });
        }
      });
    }
    if (emitted.length === 0 && cancelledKeys.length === 0) return false;
    await this.database.query(store, [
      ...checkpointValues(checkpoint),
      cancelledKeys,
      this.name,
      emitted.map(() => newId()),
      emitted.map(({ event }) => event.recorded.eventId),
      emitted.map(({ index }) => index),
      emitted.map(({ command }) => this.registry.nameOfCommand(command)),
      emitted.map(({ command }) => JSON.stringify(command)),
      emitted.map(({ event: { recorded } }) =>
        JSON.stringify({ correlationId: recorded.metadata.correlationId, causationId: recorded.eventId }),
      ),
      emitted.map(({ cancelKey }) => cancelKey),
      emitted.map(({ dueAt }) => dueAt),
    ]);
    if (emitted.length > 0) this.wakeWorkers();
    return true;
  }

  /** @throws NotDurable when a saga does not answer at once: its operators need time. */
  private commandsFor(events: readonly DomainEvent[]): ICommand[] {
    this.delivered = events;
    const commands: ICommand[] = [];
    for (const commands$ of this.answers) {
      const outcome: { completed: boolean; error?: Error } = { completed: false };
      const subscription = commands$.subscribe({
        next: (command) => commands.push(command),
        error: (error: unknown) => (outcome.error = error instanceof Error ? error : new Error(String(error))),
        complete: () => (outcome.completed = true),
      });
      subscription.unsubscribe();
      if (outcome.error !== undefined) throw outcome.error;
      if (!outcome.completed) {
        throw new NotDurable(`The saga ${this.name} uses an operator that needs time: it cannot be durable`);
      }
    }
    return commands;
  }

  /** Learns from the first event of each type. */
  private meet(event: DomainEvent, alone: number): void {
    const type = event.constructor.name;
    if (this.firstOfType.has(type)) return;
    this.assertStateless(event, alone);
    this.firstOfType.set(type, event);
    if (alone === 0 && !this.looksInto(event)) this.ignored.add(event.constructor);
  }

  /**
   * A saga without memory answers two events together as it answers each alone. Checked for each pair of event types that meet,
   * in both orders, the first time they do.
   */
  private assertStateless(event: DomainEvent, alone: number): void {
    for (const other of [...this.firstOfType.values(), event]) {
      const expected = alone + this.commandsFor([other]).length;
      for (const together of [this.commandsFor([other, event]), this.commandsFor([event, other])]) {
        if (together.length !== expected) {
          throw (this.fault = new NotDurable(
            `The saga ${this.name} uses an operator that needs memory: it cannot be durable`,
          ));
        }
      }
    }
  }

  /** Sagas that asked for nothing but the type of an event will say the same to the next one of that type. */
  private looksInto(event: DomainEvent): boolean {
    let looked = false;
    const watched = new Proxy(event, {
      get: (target, key) => {
        if (key !== 'constructor') looked = true;
        return Reflect.get(target, key, target) as unknown;
      },
      has: (target, key) => (looked = true) && Reflect.has(target, key),
      ownKeys: (target) => (looked = true) && Reflect.ownKeys(target),
    });
    this.commandsFor([watched]);
    return looked;
  }
}
