import { DatabaseUnavailable } from '../../../src/database/unavailable.js';
import type { Random } from '../../support/random.js';
import type { Outcome, SimulatedDatabase, Transaction } from '../database/simulated-database.js';
import type { Timeline } from '../time/timeline.js';
import type { Trace } from '../time/trace.js';
import type { Machine } from './machine.js';

/** A connection over this deadline is destroyed by the client; the server may still do what it was asked. */
const DEADLINE_MS = 5_000;
/** A server finds out within this time that a client does not answer any more. */
const UNNOTICED_MS = 30_000;

/** open: answers come. refused: whoever asks is told at once that nobody is there. silent: nothing comes, and nobody says so. */
export type Reach = 'open' | 'refused' | 'silent';

export interface Trouble {
  readonly error: () => Error;
  /** Progress alone can be stored, as where a column of the rows is missing. */
  readonly isOfRows: boolean;
}

/**
 * The way between one process and the database. A statement takes a while to arrive and its answer a while to come back, and each of
 * them can be lost: then the process knows only that the database was not available, whatever has happened there.
 */
export class Network {
  reach: Reach = 'open';
  /** Factor on every latency. */
  lag = 1;
  /** Share of requests, and again of answers, that are lost. */
  loss = 0;
  /** What meets the steps of a subscription, by its name. */
  readonly troubles = new Map<string, Trouble>();

  constructor(
    readonly name: string,
    private readonly timeline: Timeline,
    private readonly random: Random,
    private readonly trace: Trace,
    private readonly machine: Machine,
    private readonly database: SimulatedDatabase,
  ) {}

  /** One statement that reads. */
  read<T>(what: string, query: () => T): Promise<T> {
    return this.send(what, (answer) => answer(this.database.query(query)));
  }

  /** One statement that takes effect at one moment. */
  ask<T>(what: string, statement: () => T): Promise<T> {
    return this.send(what, (answer) => answer(this.database.execute(this.name, statement)));
  }

  /** A transaction of several steps, between which others get on. */
  transact<T>(what: string, transaction: () => Transaction<T>): Promise<T> {
    return this.send(what, (answer) => this.database.run(this.name, transaction(), answer));
  }

  /** A step of a subscription, which may be in trouble. */
  step<T>(subscription: string, kind: 'rows' | 'progress', what: string, work: () => Transaction<T>): Promise<T> {
    return this.transact(what, () => this.unlessInTrouble(subscription, kind, work()));
  }

  /** The way to the server, for what needs no answer; undefined where nothing gets there. */
  tell(arrive: () => void): void {
    if (this.reach === 'open') this.timeline.after(this.latency(), arrive);
    else this.timeline.after(UNNOTICED_MS * this.random.next(), arrive);
  }

  /** Something comes from the server without having been asked for, unless nothing comes through. */
  hear(arrive: () => void): void {
    if (this.reach === 'open') this.timeline.after(this.latency(), () => this.machine.deliver(arrive));
  }

  private *unlessInTrouble<T>(subscription: string, kind: 'rows' | 'progress', work: Transaction<T>): Transaction<T> {
    const trouble = this.troubles.get(subscription);
    if (trouble && (kind === 'rows' || !trouble.isOfRows)) throw trouble.error();
    return yield* work;
  }

  private send<T>(what: string, execute: (answer: (outcome: Outcome<T>) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome<T>) => {
        deadline.cancel();
        this.machine.deliver(() => {
          this.trace.note(this.name, () => `${what}: ${textOf(outcome)}`);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.value);
        });
      };
      const fail = () => settle({ error: new DatabaseUnavailable('simulated') });
      const deadline = this.timeline.after(DEADLINE_MS, fail);

      const answer = (outcome: Outcome<T>) => {
        if (this.reach === 'silent') return;
        if (this.reach === 'refused' || this.random.chance(this.loss)) fail();
        else settle(outcome);
      };
      const arrive = () => {
        if (this.reach === 'silent') return;
        if (this.reach === 'refused' || this.database.isDown || this.random.chance(this.loss)) {
          fail();
          return;
        }
        execute((outcome) => {
          // as good as no latency, and half as many steps
          if (this.random.chance(0.75)) answer(outcome);
          else this.timeline.after(this.latency(), () => answer(outcome));
        });
      };
      this.timeline.after(this.latency(), arrive);
    });
  }

  /** Mostly a millisecond or two, seldom much longer. */
  private latency(): number {
    const kind = this.random.next();
    const most = kind < 0.9 ? 3 : kind < 0.99 ? 50 : 400;
    return this.random.next() * most * this.lag;
  }
}

const textOf = (outcome: Outcome<unknown>): string => {
  if ('error' in outcome) return outcome.error.message;
  const { value } = outcome;
  if (value === undefined) return 'done';
  return JSON.stringify(value instanceof Map ? [...value] : value instanceof Set ? [...value] : value) ?? 'done';
};
