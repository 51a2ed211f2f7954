import type { BoundStatement, Result } from './statement-group.js';
import { DatabaseBusy, DatabaseUnavailable } from './unavailable.js';

/** A statement on its way through a lane. */
export interface Asked extends BoundStatement {
  /** Characters of its values: about their bytes. */
  readonly weight: number;
  /** Statements of a group are sent in this order, so that they take locks in one. */
  readonly order: string | undefined;
  /** When it was asked, on the clock of `performance`. */
  readonly since: number;
  /** It goes in a group of its own. */
  alone: boolean;
  /** How many groups with it were undone. */
  undone: number;
  /** It was prepared again. */
  preparedAgain: boolean;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface WaitingOptions {
  readonly most: number;
  /** Characters of values. A single statement may have more. */
  readonly mostWeight: number;
  /** Milliseconds since it was asked after which a statement is not sent any more. */
  readonly patience: number;
}

/** Statements that wait until they can be sent: bounded by their number, their weight and their time. The oldest is the first. */
export class Waiting {
  private readonly statements: Asked[] = [];
  private weightOfAll = 0;
  private watching: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: WaitingOptions) {}

  get length(): number {
    return this.statements.length;
  }

  get weight(): number {
    return this.weightOfAll;
  }

  get first(): Asked | undefined {
    return this.statements[0];
  }

  at(index: number): Asked | undefined {
    return this.statements[index];
  }

  /** @throws DatabaseBusy when too much waits already */
  add(one: Asked): void {
    if (this.closed) throw closed();
    const { most, mostWeight } = this.options;
    const { length } = this.statements;
    if (length >= most || (length > 0 && this.weightOfAll + one.weight > mostWeight)) {
      throw new DatabaseBusy(`${length} statements wait already`);
    }
    this.statements.push(one);
    this.weightOfAll += one.weight;
  }

  /** They have waited before, and do not wait for those that came later. */
  putBack(some: readonly Asked[]): void {
    if (this.closed) {
      for (const { reject } of some) reject(closed());
      return;
    }
    this.statements.unshift(...some);
    for (const { weight } of some) this.weightOfAll += weight;
  }

  take(count: number, from = 0): Asked[] {
    const taken = this.statements.splice(from, count);
    for (const { weight } of taken) this.weightOfAll -= weight;
    return taken;
  }

  takeAll(which: (one: Asked) => boolean): Asked[] {
    const taken = this.statements.filter(which);
    if (taken.length === 0) return taken;
    const left = this.statements.filter((one) => !which(one));
    this.statements.splice(0, Infinity, ...left);
    for (const { weight } of taken) this.weightOfAll -= weight;
    return taken;
  }

  findIndex(which: (one: Asked) => boolean): number {
    return this.statements.findIndex(which);
  }

  /** Takes care that nobody waits for ever. To be called when something is left waiting. */
  watch(): void {
    const oldest = this.statements[0];
    if (this.watching !== undefined || oldest === undefined) return;
    const left = oldest.since + this.options.patience - performance.now();
    this.watching = setTimeout(() => this.refuseLate(), Math.max(1, left)).unref();
  }

  /** Refuses all that wait and all that come. */
  close(): void {
    clearTimeout(this.watching);
    this.closed = true;
    for (const { reject } of this.take(this.length)) reject(closed());
  }

  private refuseLate(): void {
    this.watching = undefined;
    const before = performance.now() - this.options.patience;
    for (const { reject } of this.takeAll(({ since }) => since <= before)) {
      reject(new DatabaseBusy('no connection was free in time'));
    }
    this.watch();
  }
}

const closed = () => new DatabaseUnavailable(new Error('This process has closed its connections'));

/** Of its deadline, how much a statement has left when it is sent. Never so little that a good connection would be given up for it. */
export const timeLeft = (since: number, deadline: number, now: number): number =>
  Math.max(since + deadline - now, deadline / 2);
