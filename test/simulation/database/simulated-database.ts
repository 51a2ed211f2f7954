import { DatabaseUnavailable } from '../../../src/database/unavailable.js';
import type { Random } from '../../support/random.js';
import type { Timeline } from '../time/timeline.js';
import { DeadLetterRows } from './dead-letter-rows.js';
import type { PendingCommandRows } from './pending-command-rows.js';
import { ReadRows } from './read-rows.js';
import type { SubscriptionRows } from './subscription-rows.js';
import { WriteLog } from './write-log.js';

export type Outcome<T> = { readonly value: T } | { readonly error: Error };

/** Work between two steps of which others get on. Yields how many milliseconds the next step is away; rolls back in its `finally`. */
export type Transaction<T> = Generator<number, T, undefined>;

/** A statement that the database refused, with its SQLSTATE, as pg gives it. */
export class DatabaseError extends Error {
  override readonly name = 'error';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The moment of the database's clock at which virtual time begins. */
const BEGINNING = Date.parse('2026-03-01T09:00:00.000Z');

/** Tables in which a bug may be planted. */
export interface Tables {
  subscriptionRows(database: SimulatedDatabase): SubscriptionRows;
  pendingCommandRows(database: SimulatedDatabase): PendingCommandRows;
}

/** Looks at the rows after each statement: what must hold at any moment is checked there. */
export type Watch = (who: string) => void;

/**
 * PostgreSQL, as far as the protocol of the engine depends on it: statements that take effect at one moment, transactions whose rows
 * are seen when they have committed, a sequence that does not wait for anybody, advisory locks that end with their session.
 */
export class SimulatedDatabase {
  isDown = false;
  readonly log: WriteLog;
  readonly subscriptions: SubscriptionRows;
  readonly deadLetters = new DeadLetterRows();
  readonly pendingCommands: PendingCommandRows;
  readonly readRows = new ReadRows();
  watch: Watch = () => undefined;
  /** Ends of the sessions that are alive, by the owner number that each has locked. */
  private readonly sessions = new Map<number, () => void>();
  private readonly inFlight = new Set<() => void>();
  private lastOwner = 0;
  private setBackMs = 0;
  private latest = 0;

  constructor(
    private readonly timeline: Timeline,
    readonly random: Random,
    tables: Tables,
  ) {
    this.log = new WriteLog(this);
    this.subscriptions = tables.subscriptionRows(this);
    this.pendingCommands = tables.pendingCommandRows(this);
  }

  setClockBack(ms: number): void {
    this.latest = Math.max(this.latest, this.now);
    this.setBackMs += ms;
  }

  /** The latest that its clock has ever shown. */
  get latestNow(): number {
    return Math.max(this.latest, this.now);
  }

  /** `now()`: milliseconds since 1970, as the clock of the server has it. */
  get now(): number {
    return BEGINNING + this.timeline.now - this.setBackMs;
  }

  isAlive(owner: number | null): boolean {
    return owner !== null && this.sessions.has(owner);
  }

  /** Draws an owner number, and locks it as long as the session lives. */
  openSession(ended: () => void): number {
    const owner = ++this.lastOwner;
    this.sessions.set(owner, ended);
    return owner;
  }

  endSession(owner: number): void {
    const ended = this.sessions.get(owner);
    this.sessions.delete(owner);
    ended?.();
  }

  /** A statement that changes nothing. */
  query<T>(statement: () => T): Outcome<T> {
    try {
      return { value: statement() };
    } catch (error) {
      return { error: error as Error };
    }
  }

  execute<T>(who: string, statement: () => T): Outcome<T> {
    const outcome = this.query(statement);
    if ('value' in outcome) this.log.flush();
    this.watch(who);
    return outcome;
  }

  run<T>(who: string, transaction: Transaction<T>, done: (outcome: Outcome<T>) => void): void {
    const terminate = () => {
      this.inFlight.delete(terminate);
      transaction.return(undefined as never);
      done({ error: new DatabaseUnavailable('terminated') });
    };
    const step = () => {
      if (!this.inFlight.has(terminate)) return;
      const outcome = this.query(() => transaction.next());
      if ('value' in outcome && !outcome.value.done) {
        this.timeline.after(outcome.value.value, step);
      } else {
        this.inFlight.delete(terminate);
        if ('value' in outcome) this.log.flush();
        done('value' in outcome ? { value: outcome.value.value as T } : outcome);
      }
      // also in its middle: a commit is visible before its locks are released
      this.watch(who);
    };
    this.inFlight.add(terminate);
    step();
  }

  /** What an administrator may do to any of the transactions. */
  terminateOne(): void {
    const [first] = this.inFlight;
    first?.();
  }

  /** Ends everything that is in flight. What the log of the server does not hold yet, the sequence forgets. */
  crash(): void {
    this.isDown = true;
    for (const terminate of [...this.inFlight]) terminate();
    for (const owner of [...this.sessions.keys()]) this.endSession(owner);
    this.log.forgetUnflushed();
  }

  restart(): void {
    this.isDown = false;
  }
}
