import type { Pool, PoolClient } from 'pg';
import utils from 'pg/lib/utils.js';
import { type BoundStatement, StatementGroup } from './statement-group.js';
import { type Statement, statement } from './sql.js';
import { isUnavailable } from './unavailable.js';

const boundLockWaits = statement(`select set_config('lock_timeout', '25ms', true)`);

export interface PipelineOptions {
  /** Groups on their way at the same time, each on a connection of its own. */
  readonly width: number;
  /** Statements in one group. */
  readonly most: number;
  /** Characters of values, of all that wait, from which it pays to divide them among the groups that are free. */
  readonly heavy: number;
  /** Others may hold locks that the statements need: a group that waits too long for one is undone, and each runs alone. */
  readonly boundLockWaits: boolean;
}

interface Waiting extends BoundStatement {
  /** Characters of its values. */
  readonly weight: number;
  readonly resolve: (rows: unknown[][]) => void;
  readonly reject: (error: unknown) => void;
}

type RunAlone = (bound: BoundStatement) => Promise<unknown[][]>;

/**
 * Group commit. Statements that wait at the same moment share a message to the server, a transaction and its flush to disk; a
 * statement that finds nobody waiting goes at once. None can undo another: when a group fails, each of its statements
 * is run again in a transaction of its own. So every statement must be whole in itself.
 */
export class Pipeline {
  private readonly waiting: Waiting[] = [];
  private onTheirWay = 0;
  private collecting = false;

  constructor(
    private readonly pool: Pool,
    private readonly runAlone: RunAlone,
    private readonly options: PipelineOptions,
  ) {}

  /** Rows as arrays of column values. */
  run(asked: Statement, values: readonly unknown[]): Promise<unknown[][]> {
    return new Promise((resolve, reject) => {
      const bound = values.map((value) => utils.prepareValue(value));
      this.waiting.push({ statement: asked, values: bound, weight: lengthOf(bound), resolve, reject });
      if (this.collecting || this.onTheirWay === this.options.width) return;
      this.collecting = true;
      // until the requests that have come in with this one have been read
      setImmediate(() => {
        this.collecting = false;
        this.sendNext();
      });
    });
  }

  private sendNext(): void {
    while (this.waiting.length > 0 && this.onTheirWay < this.options.width) {
      const group = this.waiting.splice(0, this.sizeOfNext);
      this.onTheirWay++;
      void this.send(group).finally(() => {
        this.onTheirWay--;
        this.sendNext();
      });
    }
  }

  /** How many of those that wait go in the next group. */
  private get sizeOfNext(): number {
    const { width, most, heavy } = this.options;
    const free = width - this.onTheirWay;
    if (free === 1 || weightOf(this.waiting) < heavy) return most;
    return Math.min(most, Math.ceil(this.waiting.length / free));
  }

  private async send(group: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.together(group);
      group.forEach(({ resolve }, i) => resolve(rows[i]!));
    } catch (error) {
      const lost = isUnavailable(error) || (group.length === 1 && !isLockTrouble(error));
      for (const one of group) {
        if (lost) one.reject(error);
        else this.runAlone(one).then(one.resolve, one.reject);
      }
    }
  }

  private async together(group: readonly BoundStatement[]): Promise<unknown[][][]> {
    const { boundLockWaits: bound } = this.options;
    const client = await this.pool.connect();
    const rows = await submit(client, bound ? [{ statement: boundLockWaits, values: [] }, ...group] : group);
    return bound ? rows.slice(1) : rows;
  }
}

const lengthOf = (values: readonly (string | Buffer | null)[]): number =>
  values.reduce((length, value) => length + (value?.length ?? 0), 0);

const weightOf = (waiting: readonly Waiting[]): number => waiting.reduce((sum, { weight }) => sum + weight, 0);

function submit(client: PoolClient, statements: readonly BoundStatement[]): Promise<unknown[][][]> {
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (error: Error | undefined, rows: unknown[][][]) => {
      if (over) return;
      over = true;
      client.removeListener('error', lost);
      client.release(error !== undefined && (group.unsure || isUnavailable(error)));
      if (error) reject(error);
      else resolve(rows);
    };
    // A connection that breaks tells so itself, beside the statements that were on it.
    const lost = (error: Error) => end(error, []);
    const group = new StatementGroup(statements, end);
    client.on('error', lost);
    client.query(group);
  });
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';

const isLockTrouble = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === LOCK_NOT_AVAILABLE || error.code === DEADLOCK_DETECTED);
