import utils from 'pg/lib/utils.js';
import type { Connections } from './connections.js';
import { classified, isOfOneStatement, isPlanOutdated, isTransient } from './sql-state.js';
import type { Statement } from './sql.js';
import { prepareAgain, type Result } from './statement-group.js';
import { Stragglers } from './stragglers.js';
import { Breakdown, comeBack, send } from './trip.js';
import { type Asked, timeLeft, Waiting } from './waiting.js';

export interface PipelineOptions {
  /** Groups on their way at the same time, each on a connection of its own, not counting those that take long. */
  readonly width: number;
  /** Statements in one group. */
  readonly most: number;
  /** Characters of values, of all that wait, from which it pays to divide them among the groups that are free. */
  readonly heavy: number;
  /** Milliseconds after which a group is not counted any more: the next one goes on another connection, if there is one. */
  readonly patience: number;
  /** Milliseconds from asking to the answer, at most half of them waiting in this process. */
  readonly deadline: number;
  /** What holds a statement up where a lock does: the table, which its text names, or a row, which its first value names. */
  readonly heldUpBy: 'table' | 'row';
}

/** Of one lane. Beyond these a statement is refused at once: the memory of this process is better used for what is being done. */
const MOST_WAITING = 5000;
const MOST_WEIGHT_WAITING = 16 * 1024 * 1024;
/** Characters of values in a group of more than one statement. */
const MOST_WEIGHT_OF_GROUP = 1024 * 1024;
/** After this many groups that were undone a statement takes no more risks with others. */
const MOST_UNDONE = 2;

/**
 * Group commit. Statements that wait at the same moment share a message to the server, a transaction and its flush to disk; a
 * statement that finds nobody waiting goes at once. None can undo another: when a group fails, the statement at which it did is run
 * again in a transaction of its own, and the others without it. So every statement must be whole in itself.
 */
export class Pipeline {
  private readonly waiting: Waiting;
  private readonly stragglers: Stragglers;
  private onTheirWay = 0;
  private collecting = false;

  /**
   * @param connections give up waiting for a lock soon, so that the group of a statement that is held up is not held up for long
   * @param patient connections that wait longer, for the statements that are
   * @param onLate called when a connection has not answered in time
   */
  constructor(
    private readonly connections: Connections,
    patient: Connections,
    private readonly options: PipelineOptions,
    private readonly onLate: () => void = () => undefined,
  ) {
    const { deadline } = options;
    const bounds = { most: MOST_WAITING, mostWeight: MOST_WEIGHT_WAITING, patience: deadline / 2 };
    this.waiting = new Waiting(bounds);
    this.stragglers = new Stragglers(
      patient,
      { ...bounds, deadline },
      this.keyOf,
      (behind) => this.putBack(behind),
      onLate,
    );
  }

  /** @param alone not in one group with others */
  run(asked: Statement, values: readonly unknown[], { order, alone = false }: RunOptions = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const bound = values.map((value) => utils.prepareValue(value));
      this.add({
        statement: asked,
        values: bound,
        weight: lengthOf(bound),
        order,
        since: performance.now(),
        alone,
        undone: 0,
        preparedAgain: false,
        resolve,
        reject,
      });
    });
  }

  /** Connections that may wait for locks, for what takes several steps. */
  get patient(): Pick<Stragglers, 'borrow' | 'giveBack'> {
    return this.stragglers;
  }

  /** What waits is refused, what is on its way is given up. */
  async close(): Promise<void> {
    this.waiting.close();
    await Promise.all([this.connections.close(), this.stragglers.close()]);
  }

  private add(one: Asked): void {
    if (this.stragglers.hasLike(one)) return this.stragglers.add(one);
    this.waiting.add(one);
    if (this.collecting) return;
    if (this.onTheirWay >= this.options.width && !one.alone) return this.waiting.watch();
    this.collecting = true;
    // until the requests that have come in with this one have been read
    setImmediate(() => {
      this.collecting = false;
      this.sendNext();
    });
  }

  private sendNext(): void {
    for (let first = this.waiting.first; first && this.connections.free > 0; first = this.waiting.first) {
      // Those that go alone are not kept apart by the width: several share a flush to disk as a group does.
      if (this.onTheirWay >= this.options.width && !first.alone) break;
      void this.send(this.nextGroup());
    }
    this.waiting.watch();
  }

  private nextGroup(): Asked[] {
    const { waiting, sizeOfNext } = this;
    let weight = 0;
    let count = 0;
    for (let one = waiting.first; one && count < sizeOfNext; one = waiting.at(count)) {
      weight += one.weight;
      if (count > 0 && (one.alone || weight > MOST_WEIGHT_OF_GROUP)) break;
      count++;
      if (one.alone) break;
    }
    const group = waiting.take(count);
    return group.some(({ order }) => order !== undefined) ? group.sort(byOrder) : group;
  }

  /** How many of those that wait may go in the next group. */
  private get sizeOfNext(): number {
    const { width, most, heavy } = this.options;
    const free = width - this.onTheirWay;
    if (free <= 1 || this.waiting.weight < heavy) return most;
    return Math.min(most, Math.ceil(this.waiting.length / free));
  }

  private async send(group: readonly Asked[]): Promise<void> {
    let counted = true;
    this.onTheirWay++;
    const leave = () => {
      if (counted) this.onTheirWay--;
      counted = false;
    };
    const { deadline, patience } = this.options;
    const connection = this.connections.take();
    const sentAt = performance.now();
    const outcome = await send(connection, group, {
      deadline: timeLeft(oldest(group), deadline, sentAt),
      patience,
      onSlow: () => {
        leave();
        this.sendNext();
      },
    });
    leave();
    if (outcome instanceof Breakdown) {
      comeBack(this.connections, connection, outcome);
      this.failed(group, outcome);
      if (outcome.late) this.onLate();
    } else {
      this.connections.giveBack(connection);
      group.forEach(({ resolve }, i) => resolve(outcome[i]!));
    }
    this.sendNext();
  }

  /** Nothing of the group took effect. Unless that is the trouble of all, each of them gets another chance. */
  private failed(group: readonly Asked[], { error, at, late }: Breakdown): void {
    const culprit = group[at];
    if (late || !isOfOneStatement(error)) {
      for (const { reject } of group) reject(classified(error));
    } else if (culprit && isPlanOutdated(error) && !culprit.preparedAgain) {
      culprit.preparedAgain = true;
      prepareAgain(culprit.statement);
      this.putBack(group);
    } else if (culprit && isTransient(error)) {
      const key = this.keyOf(culprit);
      this.again(group.filter((one) => this.keyOf(one) !== key));
      for (const one of group) if (this.keyOf(one) === key) this.stragglers.add(one);
    } else if (group.length === 1) {
      group[0]!.reject(classified(error));
    } else {
      for (const one of group) one.alone ||= one === culprit || culprit === undefined;
      this.again(group);
    }
  }

  /** Those that are to be alone go first, on connections of their own: the others do not wait for them. */
  private again(group: readonly Asked[]): void {
    for (const one of group) one.alone ||= ++one.undone > MOST_UNDONE;
    this.putBack([...group.filter(({ alone }) => alone), ...group.filter(({ alone }) => !alone)]);
  }

  private putBack(some: readonly Asked[]): void {
    this.waiting.putBack(some);
    this.sendNext();
  }

  private readonly keyOf = ({ statement: { name }, values: [first] }: Asked): string =>
    this.options.heldUpBy === 'table' ? name : `${name} ${String(first)}`;
}

export interface RunOptions {
  readonly order?: string | undefined;
  readonly alone?: boolean;
}

const lengthOf = (values: readonly (string | Buffer | null)[]): number =>
  values.reduce((length, value) => length + (value?.length ?? 0), 0);

const oldest = (group: readonly Asked[]): number => group.reduce((since, one) => Math.min(since, one.since), Infinity);

const byOrder = ({ order: a = '' }: Asked, { order: b = '' }: Asked): number => (a < b ? -1 : a > b ? 1 : 0);
