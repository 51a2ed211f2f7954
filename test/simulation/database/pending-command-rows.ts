import type { KnownCommand } from '../../../src/event-sourcing/durable-commands.js';
import type { EmittedCommand, PendingCommand } from '../../../src/event-sourcing/sagas/pending-commands.js';
import type { Checkpoint } from '../../../src/event-sourcing/subscriptions/checkpoint.js';
import { DatabaseError, type SimulatedDatabase, type Transaction } from './simulated-database.js';

export interface PendingCommandRow {
  readonly id: string;
  readonly saga: string;
  readonly eventId: string;
  readonly index: number;
  readonly name: string;
  readonly schemaVersion: number;
  readonly payload: object;
  readonly metadata: PendingCommand['metadata'];
  readonly cancelKey: string | null;
  /** Null for timers: they have their own time, and no place among the commands of a stream. */
  readonly streamId: string | null;
  readonly position: number;
  dueAt: number;
  status: 'pending' | 'done' | 'refused' | 'cancelled' | 'dead';
  attempts: number;
  epoch: number;
  owner: number | null;
  leaseUntil: number;
}

const LEASE_MS = 30_000;
const RETRY_LOCK_MS = 4;

/** `write.pending_commands`: what the statements of src/event-sourcing/sagas/postgres-pending-commands.ts do with its rows. */
export class PendingCommandRows {
  readonly rows: PendingCommandRow[] = [];
  /** Rows that a transaction in flight has changed: others wait for it, or skip them. */
  private readonly locked = new Set<PendingCommandRow>();

  constructor(protected readonly database: SimulatedDatabase) {}

  *store(
    saga: string,
    emitted: readonly EmittedCommand[],
    cancelledKeys: readonly string[],
    checkpoint: Checkpoint,
  ): Transaction<void> {
    const cancelled = () => this.withdrawnBy(saga, cancelledKeys);
    while (cancelled().some((row) => this.locked.has(row))) yield RETRY_LOCK_MS;
    this.database.subscriptions.checkpoint(checkpoint);
    for (const row of cancelled()) row.status = 'cancelled';
    for (const command of emitted) this.insert(saga, command);
  }

  claim(owner: number, known: readonly KnownCommand[], limit: number): PendingCommand[] {
    const { now } = this.database;
    const due = this.rows
      .filter((row) => row.status === 'pending' && row.dueAt <= now && isKnown(known, row))
      .filter((row) => this.isFree(row) && !this.locked.has(row) && this.isFirstOfItsStream(row))
      .sort((a, b) => a.dueAt - b.dueAt || a.position - b.position || a.index - b.index)
      .slice(0, limit);
    return due.map((row) => {
      Object.assign(row, { owner, leaseUntil: now + LEASE_MS, epoch: row.epoch + 1 });
      const { id, saga, name, schemaVersion, payload, metadata, epoch, attempts } = row;
      return { id, saga, name, schemaVersion, payload, metadata, epoch, attempts };
    });
  }

  nextDueInMs(known: readonly KnownCommand[]): number | undefined {
    const due = this.rows
      .filter((row) => row.status === 'pending' && row.owner === null && isKnown(known, row))
      .map(({ dueAt }) => dueAt);
    return due.length > 0 ? Math.min(...due) - this.database.now : undefined;
  }

  /** `write.complete_command`, in the transaction of the command's own events. @throws DatabaseError AN002 */
  *lockForCompletion(id: string, epoch: number): Transaction<void> {
    const row = yield* this.unlocked(id);
    if (row.epoch !== epoch || row.status !== 'pending') {
      throw new DatabaseError('AN002', `pending command ${id} is not held any more`);
    }
    this.locked.add(row);
  }

  /** What `write.complete_command` has changed is seen when its transaction commits. */
  markDone(id: string): void {
    Object.assign(this.find(id), { status: 'done', owner: null });
  }

  unlock(id: string): void {
    this.locked.delete(this.find(id));
  }

  *finishAs(status: 'refused' | 'dead', { id, epoch }: PendingCommand): Transaction<void> {
    const row = yield* this.unlocked(id);
    if (row.epoch === epoch && row.status === 'pending') Object.assign(row, { status, owner: null });
  }

  *postpone({ id, epoch }: PendingCommand, seconds: number): Transaction<void> {
    const row = yield* this.unlocked(id);
    if (row.epoch !== epoch || row.status !== 'pending') return;
    Object.assign(row, { owner: null, dueAt: this.database.now + seconds * 1000, attempts: row.attempts + 1 });
  }

  *giveBack({ id, epoch }: PendingCommand, seconds: number): Transaction<void> {
    const row = yield* this.unlocked(id);
    if (row.epoch !== epoch || row.status !== 'pending') return;
    Object.assign(row, { owner: null, dueAt: this.database.now + seconds * 1000 });
  }

  private *unlocked(id: string): Transaction<PendingCommandRow> {
    const row = this.find(id);
    while (this.locked.has(row)) yield RETRY_LOCK_MS;
    return row;
  }

  /** Timers of one class only: cancel keys are its own. */
  protected withdrawnBy(saga: string, keys: readonly string[]): PendingCommandRow[] {
    return this.rows.filter(
      (row) => row.status === 'pending' && row.saga === saga && row.cancelKey !== null && keys.includes(row.cancelKey),
    );
  }

  private find(id: string): PendingCommandRow {
    return this.rows.find((row) => row.id === id)!;
  }

  /** `insert … on conflict do nothing`. */
  insert(saga: string, { id, event, index, name, schemaVersion, payload, cancelKey, dueAt }: EmittedCommand): void {
    const { eventId, streamId, position, metadata } = event.recorded;
    if (this.rows.some((row) => row.saga === saga && row.eventId === eventId && row.index === index)) return;
    const isTimer = dueAt !== null;
    this.rows.push({
      id,
      saga,
      eventId,
      index,
      name,
      schemaVersion,
      payload: JSON.parse(payload) as object,
      metadata: { correlationId: metadata.correlationId, causationId: eventId },
      cancelKey,
      streamId: isTimer ? null : streamId,
      position,
      dueAt: isTimer ? Date.parse(dueAt) : this.database.now,
      status: 'pending',
      attempts: 0,
      epoch: 0,
      owner: null,
      leaseUntil: -Infinity,
    });
  }

  private isFree({ owner, leaseUntil }: PendingCommandRow): boolean {
    const { now } = this.database;
    const isOver = leaseUntil < now || leaseUntil > now + LEASE_MS;
    return owner === null || isOver || !this.database.isAlive(owner);
  }

  protected isFirstOfItsStream(row: PendingCommandRow): boolean {
    if (row.streamId === null) return true;
    return !this.rows.some(
      (other) =>
        other.status === 'pending' &&
        other.saga === row.saga &&
        other.streamId === row.streamId &&
        isBefore(other, row),
    );
  }
}

const isKnown = (known: readonly KnownCommand[], row: PendingCommandRow): boolean =>
  known.some(({ name, version }) => name === row.name && row.schemaVersion <= version);

const isBefore = (a: PendingCommandRow, b: PendingCommandRow): boolean =>
  a.position < b.position || (a.position === b.position && a.index < b.index);
