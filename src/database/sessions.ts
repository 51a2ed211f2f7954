import type { DatabaseLimits } from './limits.js';

/** Settings of a session on the server, as the `options` of a connection. */
export const serverOptions = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/**
 * What values mean, in statements and answers, whatever an administrator set for the database or the user: with `array_nulls` off, for one,
 * a null in an array of values is stored as the word NULL.
 */
export const MEANINGS = {
  timezone: 'UTC',
  datestyle: 'ISO,YMD',
  intervalstyle: 'postgres',
  extra_float_digits: 1,
  bytea_output: 'hex',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  xmloption: 'content',
};

const FIRST_WITH_TRANSACTION_TIMEOUT = 17;
/** How often, and how many times, the server asks a silent client before it gives up on it. */
const PROBES = 3;

/** The bounds of a session that does the work of a lane. */
export function boundedSession(
  { statement, lock, idleInTransaction, transaction, keepAlive }: DatabaseLimits,
  deadline: number,
  serverVersion: number,
) {
  const seconds = Math.ceil(keepAlive / 1000);
  return {
    statement_timeout: Math.min(statement, deadline),
    lock_timeout: Math.round(lock),
    idle_in_transaction_session_timeout: idleInTransaction,
    ...(serverVersion >= FIRST_WITH_TRANSACTION_TIMEOUT && { transaction_timeout: transaction }),
    tcp_keepalives_idle: seconds,
    tcp_keepalives_interval: Math.ceil(seconds / PROBES),
    tcp_keepalives_count: PROBES,
  };
}

/** Whatever an administrator set for the database or the user. PostgreSQL 15 knows all of these. */
export const UNBOUNDED_SESSION = {
  statement_timeout: 0,
  lock_timeout: 0,
  idle_in_transaction_session_timeout: 0,
};
