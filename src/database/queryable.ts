import type { QueryResultRow } from 'pg';
import type { Statement } from './sql.js';

/** Runs prepared statements, each by itself or in one transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}
