import pg from 'pg';
import { CannotExecuteNotConnectedError, ConnectionIsNotSetError, QueryFailedError } from 'typeorm';
import { classified } from './sql-state.js';

/**
 * An error, classified where it comes from the database by another way than `Database`: through TypeORM, or straight from the driver.
 * That of another system, such as a refused connection to a mail server, stays what it is.
 */
export function ofThisDatabase(error: unknown): unknown {
  if (error instanceof QueryFailedError) return classified(error.driverError);
  const isOurs =
    error instanceof pg.DatabaseError ||
    error instanceof ConnectionIsNotSetError ||
    error instanceof CannotExecuteNotConnectedError;
  return isOurs ? classified(error) : error;
}
