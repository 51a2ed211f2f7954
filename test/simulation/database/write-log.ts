import type { LogRow } from '../../../src/event-sourcing/tail/log.js';
import { DatabaseError, type SimulatedDatabase, type Transaction } from './simulated-database.js';

export interface NewEvent {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
  /** It is stored in more bytes than the tail reads in passing. */
  readonly isLarge: boolean;
}

export interface AppendRequest {
  readonly streamId: string;
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  readonly metadata: object;
  /** How long the transaction stays open after it has drawn its positions, as when it waits for a constraint. */
  readonly staysOpenMs: number;
  /** A constraint refuses it in the end. */
  readonly isRolledBack: boolean;
  /** The pending command of which this is the effect: done in the same transaction. */
  readonly completes?: { readonly id: string; readonly epoch: number };
}

export interface StoredEvent extends LogRow {
  /** The data, for whoever checks the log. */
  readonly content: object;
  readonly isLarge: boolean;
}

/** PostgreSQL writes this many values of a sequence ahead into its log. */
const VALUES_AHEAD = 32;
const RETRY_LOCK_MS = 4;

/** `write.streams`, `write.events`, the sequence of positions and the locks of the floor: migrations/0001-event-sourcing.ts. */
export class WriteLog {
  /** Committed, in the order of their positions. */
  readonly events: StoredEvent[] = [];
  /** Committed since somebody last asked. */
  private fresh: StoredEvent[] = [];
  private readonly versions = new Map<string, number>();
  private readonly lockedStreams = new Set<string>();
  private readonly floors = new Map<object, number>();
  private lastPosition = 0;
  private lastFlushed = 0;

  constructor(private readonly database: SimulatedDatabase) {}

  /** `pg_sequence_last_value`: also of positions that are not committed yet. */
  get highest(): number {
    return this.lastPosition;
  }

  /** The lowest position that a transaction in flight has locked. */
  get floor(): number | undefined {
    return this.floors.size > 0 ? Math.min(...this.floors.values()) : undefined;
  }

  versionOf(streamId: string): number {
    return this.versions.get(streamId) ?? 0;
  }

  /** Position of the last event, or 0 on a conflict. */
  *append(request: AppendRequest): Transaction<number> {
    const { streamId, expectedVersion, events, staysOpenMs, completes } = request;
    const { pendingCommands, random } = this.database;
    const transaction = {};
    const soon = () => random.next() * 2;
    let holdsStream = false;
    let holdsCommand = false;
    try {
      while (this.lockedStreams.has(streamId)) yield RETRY_LOCK_MS;
      if (this.versionOf(streamId) !== expectedVersion) return 0;
      this.lockedStreams.add(streamId);
      holdsStream = true;
      yield soon();
      const last = this.lastPosition;
      yield soon();
      this.lockFloor(transaction, last);
      yield soon();
      const stored: StoredEvent[] = [];
      for (const event of events) {
        stored.push(this.stored(request, event, expectedVersion + stored.length + 1));
        yield soon();
      }
      yield staysOpenMs;
      if (completes) {
        yield* pendingCommands.lockForCompletion(completes.id, completes.epoch);
        holdsCommand = true;
        yield soon();
      }
      if (request.isRolledBack) throw new DatabaseError('23505', 'a constraint refuses it');
      this.commit(stored);
      if (completes) pendingCommands.markDone(completes.id);
      // A commit is visible before its locks are released.
      yield soon();
      return stored.at(-1)!.position;
    } finally {
      if (holdsStream) this.lockedStreams.delete(streamId);
      this.floors.delete(transaction);
      if (completes && holdsCommand) pendingCommands.unlock(completes.id);
    }
  }

  takeCommitted(): readonly StoredEvent[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }

  after(position: number, upTo: number, types: readonly string[]): StoredEvent[] {
    return this.events.filter(
      (event) => event.position > position && event.position <= upTo && types.includes(event.type),
    );
  }

  /** Whatever is committed now is in the log of the server, and with it what the sequence had given out before. */
  flush(): void {
    this.lastFlushed = this.lastPosition;
  }

  /** The server stopped without warning: positions that nobody committed after may be drawn again, or some are left out. */
  forgetUnflushed(): void {
    const { random } = this.database;
    this.floors.clear();
    this.lockedStreams.clear();
    if (random.chance(0.5))
      this.lastPosition = this.lastFlushed + (random.chance(0.3) ? random.below(VALUES_AHEAD) : 0);
  }

  protected lockFloor(transaction: object, position: number): void {
    this.floors.set(transaction, position);
  }

  private stored({ streamId, metadata }: AppendRequest, event: NewEvent, streamVersion: number): StoredEvent {
    const data = JSON.stringify(event.data);
    return {
      position: ++this.lastPosition,
      streamId,
      streamVersion,
      eventId: event.eventId,
      type: event.type,
      schemaVersion: event.schemaVersion,
      data,
      content: event.data,
      metadata: JSON.stringify(metadata),
      recordedAt: new Date(this.database.now).toISOString(),
      size: 200 + data.length,
      isLarge: event.isLarge,
    };
  }

  private commit(stored: readonly StoredEvent[]): void {
    const { streamId, streamVersion } = stored.at(-1)!;
    this.versions.set(streamId, streamVersion);
    const isLast = stored[0]!.position > (this.events.at(-1)?.position ?? 0);
    this.events.push(...stored);
    if (!isLast) this.events.sort((a, b) => a.position - b.position);
    this.fresh.push(...stored);
    this.flush();
  }
}
