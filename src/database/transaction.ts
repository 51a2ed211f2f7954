import type { QueryResultRow } from 'pg';
import utils from 'pg/lib/utils.js';
import type { Connection } from './connection.js';
import type { Queryable } from './queryable.js';
import { classified, isPlanOutdated } from './sql-state.js';
import { type Statement, statement } from './sql.js';
import { asObject, prepareAgain } from './statement-group.js';
import type { Stragglers } from './stragglers.js';
import { Breakdown, isOfNoUse, send } from './trip.js';
import { DatabaseUnavailable } from './unavailable.js';

const begin = statement('begin isolation level read committed');
const commit = statement('commit');
const rollback = statement('rollback');

/** One transaction of several steps on one connection. */
class Transaction implements Queryable {
  broken = false;
  /** After the first error the server ignores all but the end, and a commit would undo everything without a word. */
  failure: Error | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly until: number,
  ) {}

  async query<Row extends QueryResultRow>(asked: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const bound = { statement: asked, values: values.map((value) => utils.prepareValue(value)) };
    const outcome = await send(this.connection, [bound], { deadline: Math.max(1, this.until - performance.now()) });
    if (outcome instanceof Breakdown) {
      this.broken ||= isOfNoUse(this.connection, outcome);
      if (isPlanOutdated(outcome.error)) prepareAgain(asked);
      this.failure ??= classified(outcome.error);
      throw this.failure;
    }
    const { columns, rows } = outcome[0]!;
    return rows.map((row) => asObject(columns, row) as Row);
  }
}

/** @param deadline milliseconds for all of it; what is not committed by then is undone, even if `work` never returns */
export async function runTransaction<T>(
  connections: Pick<Stragglers, 'borrow' | 'giveBack'>,
  deadline: number,
  work: (connection: Queryable) => Promise<T>,
): Promise<T> {
  const until = performance.now() + deadline;
  const connection = await connections.borrow();
  const transaction = new Transaction(connection, until);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      transaction.broken = true;
      reject(new DatabaseUnavailable(new Error(`A transaction was not over within ${deadline} ms`)));
    }, until - performance.now());
  });
  // While it begins or ends, nobody else listens: those steps have the same deadline, and an error that nobody hears ends the process.
  tooLate.catch(() => undefined);
  try {
    await transaction.query(begin);
    const result = await Promise.race([work(transaction), tooLate]);
    if (transaction.failure) throw transaction.failure;
    await transaction.query(commit);
    return result;
  } catch (error) {
    if (!transaction.broken) await transaction.query(rollback).catch(() => (transaction.broken = true));
    throw error;
  } finally {
    clearTimeout(timer);
    connections.giveBack(connection, transaction.broken);
  }
}
