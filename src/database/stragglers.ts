import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import { classified, isPlanOutdated } from './sql-state.js';
import { prepareAgain } from './statement-group.js';
import { Breakdown, comeBack, send } from './trip.js';
import { DatabaseBusy } from './unavailable.js';
import { type Asked, timeLeft, Waiting, type WaitingOptions } from './waiting.js';

export interface StragglersOptions extends WaitingOptions {
  /** Milliseconds from asking to the answer. */
  readonly deadline: number;
}

/**
 * What may wait for the locks of others, on connections of its own, so that the rest of the lane passes by. Statements that are held up
 * by the same thing stand in one line: the first of them waits for the lock, and when it gets it, so will the others.
 */
export class Stragglers {
  private readonly waiting: Waiting;
  private readonly underway = new Set<string>();
  private readonly borrowers: ((connection: Connection) => void)[] = [];

  /**
   * @param keyOf what holds a statement up, or is taken to
   * @param onFree called with those that stood behind one that got its lock
   * @param onLate called when a connection has not answered in time
   */
  constructor(
    private readonly connections: Connections,
    private readonly options: StragglersOptions,
    private readonly keyOf: (one: Asked) => string,
    private readonly onFree: (behind: readonly Asked[]) => void,
    private readonly onLate: () => void,
  ) {
    this.waiting = new Waiting(options);
  }

  /** Whether one waits already for what would hold this one up. */
  hasLike(one: Asked): boolean {
    if (this.underway.size === 0) return false;
    const key = this.keyOf(one);
    return this.underway.has(key) || this.waiting.findIndex((other) => this.keyOf(other) === key) >= 0;
  }

  add(one: Asked): void {
    try {
      this.waiting.add(one);
      this.sendNext();
    } catch (error) {
      one.reject(error);
    }
  }

  /** A connection for a transaction of several steps. @throws DatabaseBusy when none is free in time */
  borrow(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const borrower = (connection: Connection) => {
        clearTimeout(timer);
        resolve(connection);
      };
      const timer = setTimeout(() => {
        this.borrowers.splice(this.borrowers.indexOf(borrower), 1);
        reject(new DatabaseBusy('no connection was free in time'));
      }, this.options.patience);
      this.borrowers.push(borrower);
      this.sendNext();
    });
  }

  giveBack(connection: Connection, broken: boolean): void {
    if (broken) this.connections.discard(connection);
    else this.connections.giveBack(connection);
    this.sendNext();
  }

  async close(): Promise<void> {
    this.waiting.close();
    await this.connections.close();
  }

  private sendNext(): void {
    while (this.connections.free > 0) {
      const borrower = this.borrowers.shift();
      const next = borrower ? -1 : this.waiting.findIndex((one) => !this.underway.has(this.keyOf(one)));
      if (borrower) borrower(this.connections.take());
      else if (next >= 0) void this.send(this.waiting.take(1, next)[0]!);
      else break;
    }
    this.waiting.watch();
  }

  private async send(one: Asked): Promise<void> {
    const key = this.keyOf(one);
    this.underway.add(key);
    const connection = this.connections.take();
    const sentAt = performance.now();
    const outcome = await send(connection, [one], { deadline: timeLeft(one.since, this.options.deadline, sentAt) });
    this.underway.delete(key);
    if (outcome instanceof Breakdown) {
      comeBack(this.connections, connection, outcome);
      this.failed(one, outcome);
      if (outcome.late) this.onLate();
    } else {
      this.connections.giveBack(connection);
      one.resolve(outcome[0]!);
      this.onFree(this.waiting.takeAll((other) => this.keyOf(other) === key));
    }
    this.sendNext();
  }

  private failed(one: Asked, { error }: Breakdown): void {
    if (!isPlanOutdated(error) || one.preparedAgain) return one.reject(classified(error));
    one.preparedAgain = true;
    prepareAgain(one.statement);
    this.waiting.putBack([one]);
  }
}
