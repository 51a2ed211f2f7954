import { statement, type Statement } from '../../database/sql.js';
import { FEWEST_DAYS_OF_ANSWERS, type Retention } from './retention.js';

/** Rows that are deleted when they are old enough. */
export interface Pruning {
  readonly name: string;
  /** Deletes up to `$1` rows that were over `$2` days ago. One row: `mine`, whether it was this process's turn, and `gone`, how many. */
  readonly statement: Statement;
  readonly days: (retention: Retention) => number;
}

/** Two keys, as the lock of migrations: never one of the engine's, which have one. */
const TURN = '1634623853, 2';

/**
 * One batch at a time among all processes, and nothing that somebody is just about to change. Rows are found by where they are: that
 * is theirs until the end of the statement that has locked them.
 */
const batchOf = (table: string, over: string): Statement =>
  statement(`
    with turn as materialized (select pg_try_advisory_xact_lock(${TURN}) as mine),
    gone as (
      delete from ${table} where ctid = any(array(
        select ctid from ${table} as old where (select mine from turn) and ${over} limit $1 for update skip locked))
      returning true)
    select (select mine from turn) as mine, count(*)::int as gone from gone`);

const agoIn = (column: string): string => `${column} < now() - make_interval(days => $2)`;

/**
 * A command that is forgotten is not made again. It is stored in the transaction that takes its saga past the event, or settles the
 * event if that was set aside, and whoever repeats either is refused (`write.checkpoint`): the unique key (saga, event, index)
 * only guards what that fence keeps from happening. So no age is too young, as long as nobody sets the position of a saga back.
 */
const commands: Pruning[] = [
  {
    name: 'commands that are done or were withdrawn',
    statement: batchOf('write.pending_commands', `old.status in ('done', 'cancelled') and ${agoIn('old.finished_at')}`),
    days: ({ doneCommands }) => doneCommands,
  },
  {
    name: 'commands that were refused',
    statement: batchOf('write.pending_commands', `old.status = 'refused' and ${agoIn('old.finished_at')}`),
    days: ({ refusedCommands }) => refusedCommands,
  },
];

const answers: Pruning = {
  name: 'answers to idempotency keys',
  statement: batchOf('write.idempotency_keys', agoIn('old.created_at')),
  days: (retention) => Math.max(FEWEST_DAYS_OF_ANSWERS, retention.answers),
};

/**
 * As long as a subscription has its row, a build that handles its events may come, or come back, and make up for what was set aside,
 * however old. Without the row there is no position that it could go on from: it would begin anew.
 */
const letters: Pruning = {
  name: 'events set aside for subscriptions that are gone',
  statement: batchOf(
    'write.dead_letters',
    `${agoIn('old.parked_at')} and not exists (select from write.subscriptions s where s.name = old.subscription)`,
  ),
  days: ({ lettersOfGoneSubscriptions }) => lettersOfGoneSubscriptions,
};

/** A process that only slept writes its row again. */
const workers: Pruning = {
  name: 'processes that are gone',
  statement: batchOf('write.workers', agoIn('old.lease_until')),
  days: () => 1,
};

export const PRUNINGS: readonly Pruning[] = [...commands, answers, letters, workers];
