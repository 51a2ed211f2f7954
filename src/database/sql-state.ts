import pg from 'pg';
import { DatabaseUnavailable } from './unavailable.js';

/** SQLSTATE classes and codes: PostgreSQL documentation, appendix A. No class begins with E, which those of the system do. */
const SQL_STATE = /^[0-9A-DF-Z][0-9A-Z]{4}$/;
const DATA_EXCEPTION = '22';
const INTEGRITY_CONSTRAINT_VIOLATION = '23';
const PROGRAM_LIMIT_EXCEEDED = '54';
const TRANSACTION_ROLLBACK = '40';
const LOCK_NOT_AVAILABLE = '55P03';
/** Raised by the functions of this application's own migrations. */
const OWN = 'AN';

/** What the server said of a statement, where the error is one of the server. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseUnavailable) return error.sqlState;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && SQL_STATE.test(code) ? code : undefined;
}

const isOfClass = (sqlState: string | undefined, ...classes: readonly string[]): boolean =>
  sqlState !== undefined && classes.includes(sqlState.slice(0, 2));

/** The values are at fault: no column takes them, or a constraint forbids them. */
export const isDataError = (error: unknown): boolean =>
  isOfClass(sqlStateOf(error), DATA_EXCEPTION, INTEGRITY_CONSTRAINT_VIOLATION, PROGRAM_LIMIT_EXCEEDED);

/** The transaction gave way to others at work, or to a lock that was not given up in time; the same again may succeed. */
export const isTransient = (error: unknown): boolean =>
  isOfClass(sqlStateOf(error), TRANSACTION_ROLLBACK) || isHeldUp(error);

/** The lock of somebody else was not given up in time. */
export const isHeldUp = (error: unknown): boolean => sqlStateOf(error) === LOCK_NOT_AVAILABLE;

const isOwn = (error: unknown): boolean => isOfClass(sqlStateOf(error), OWN);

/**
 * What the callers of this folder get to see. The few errors that say something of the values, of others at work or of the
 * application's own rules come out as they are; everything else, known or not, is trouble with the database.
 */
export function classified(error: unknown): Error {
  if (error instanceof DatabaseUnavailable) return error;
  if (error instanceof pg.DatabaseError && (isDataError(error) || isTransient(error) || isOwn(error))) return error;
  return new DatabaseUnavailable(error, sqlStateOf(error));
}

/** Classes of trouble that any statement would have just now. */
const INSUFFICIENT_RESOURCES = '53';
const SYSTEM_ERROR = '58';
const CONFIGURATION_FILE_ERROR = 'F0';
const INTERNAL_ERROR = 'XX';
const READ_ONLY_TRANSACTION = '25006';

/** Whether the trouble is that of one statement: others of its group may be tried again without it. */
export const isOfOneStatement = (error: unknown): boolean =>
  !breaksConnection(error) &&
  sqlStateOf(error) !== READ_ONLY_TRANSACTION &&
  !isOfClass(sqlStateOf(error), INSUFFICIENT_RESOURCES, SYSTEM_ERROR, CONFIGURATION_FILE_ERROR, INTERNAL_ERROR);

const CONNECTION_EXCEPTION = '08';
const OPERATOR_INTERVENTION = '57';
const QUERY_CANCELED = '57014';
const TIMEOUTS_OF_TRANSACTION = ['25P03', '25P04'];

/** Whether the connection cannot be used any more: the server ends it after these. Other errors are not the server's. */
export function breaksConnection(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  const { code = '' } = error;
  return (
    isOfClass(code, CONNECTION_EXCEPTION) ||
    (isOfClass(code, OPERATOR_INTERVENTION) && code !== QUERY_CANCELED) ||
    TIMEOUTS_OF_TRANSACTION.includes(code)
  );
}

const FEATURE_NOT_SUPPORTED = '0A000';

/** A table has changed so that the rows of a prepared statement would look different: it has to be prepared again. */
export const isPlanOutdated = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  error.code === FEATURE_NOT_SUPPORTED &&
  error.routine === 'RevalidateCachedQuery';
