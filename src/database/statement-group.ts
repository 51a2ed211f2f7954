import type { Connection as PgConnection, FieldDef, Submittable } from 'pg';
import type { Connection, Prepared } from './connection.js';
import type { Statement } from './sql.js';
import { types } from './types.js';

/** A statement with the values of its parameters as the server takes them. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly values: readonly (string | Buffer | null)[];
}

/** Rows as arrays of column values. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: unknown[][];
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- pg's enum lacks the oids of extensions
const parserOf = (oid: number) => types.getTypeParser(oid) as (text: string) => unknown;

/** By name: how often a statement had to be prepared again on all connections. Empty unless tables change under a running process. */
const editions = new Map<string, number>();

/** Every connection prepares the statement again before it uses it: a table of it has changed. */
export function prepareAgain({ name }: Statement): void {
  editions.set(name, (editions.get(name) ?? 0) + 1);
}

/** Why a group was undone, and the statement at which it was: after the last when all had run and the commit failed. */
export interface Failure {
  readonly error: unknown;
  readonly at: number;
}

/**
 * Prepared statements that go to the server in one message, end with one sync, and are therefore one transaction: PostgreSQL
 * documentation, "Pipelining" in "Extended Query". A query class for `pg.Client.query`.
 */
export class StatementGroup implements Submittable {
  private readonly results: Result[] = [];
  private readonly prepared: Prepared[] = [];
  /** Index of the first statement that needs each statement that this group is the first to prepare. */
  private readonly newlyPrepared = new Map<Prepared, number>();
  private rows: unknown[][] = [];
  private current = 0;

  /** @param done called once, with the result of each statement, or with the error that undid all of them */
  constructor(
    private readonly connection: Connection,
    private readonly statements: readonly BoundStatement[],
    private readonly done: (failure: Failure | undefined, results: readonly Result[]) => void,
  ) {}

  /** An error that is returned is handled by pg as one of the group. Half a message cannot be taken back. */
  submit(connection: PgConnection): unknown {
    const { stream } = connection;
    stream.cork();
    try {
      for (const one of this.statements) this.send(one, connection);
      connection.sync();
      return undefined;
    } catch (error) {
      stream.destroy();
      return error;
    } finally {
      stream.uncork();
    }
  }

  private send({ statement: { name, text }, values }: BoundStatement, connection: PgConnection): void {
    const edition = editions.size === 0 ? 0 : (editions.get(name) ?? 0);
    let prepared = this.connection.prepared.get(name);
    let isNew = false;
    if (prepared === undefined || prepared.unsure || prepared.edition !== edition) {
      // To close what is not there is no error.
      if (prepared !== undefined) connection.close({ type: 'S', name }, true);
      connection.parse({ name, text, types: [] }, true);
      prepared = { columns: [], parsers: [], edition, unsure: false };
      this.connection.prepared.set(name, prepared);
      this.newlyPrepared.set(prepared, this.prepared.length);
      isNew = true;
    }
    connection.bind({ statement: name, values: [...values] }, true);
    if (isNew) connection.describe({ type: 'P', name: '' }, true);
    connection.execute({}, true);
    this.prepared.push(prepared);
  }

  handleRowDescription({ fields }: { fields: readonly FieldDef[] }): void {
    const prepared = this.prepared[this.current]!;
    prepared.columns = fields.map(({ name }) => name);
    prepared.parsers = fields.map(({ dataTypeID }) => parserOf(dataTypeID));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { parsers } = this.prepared[this.current]!;
    this.rows.push(fields.map((text, i) => (text === null ? null : parsers[i]!(text))));
  }

  handleCommandComplete(): void {
    this.results.push({ columns: this.prepared[this.current]!.columns, rows: this.rows });
    this.rows = [];
    this.current++;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleError(error: unknown): void {
    for (const [prepared, index] of this.newlyPrepared) prepared.unsure = index >= this.current;
    this.done({ error, at: this.current }, []);
  }

  handleReadyForQuery(): void {
    this.done(undefined, this.results);
  }
}

/** A row as an object, by the names of its columns. */
export function asObject(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) object[columns[i]!] = row[i];
  return object;
}
