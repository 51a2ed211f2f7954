import type { Connection, FieldDef, Submittable } from 'pg';
import type { Statement } from './sql.js';
import { types } from './types.js';

/** A statement with the values of its parameters as the server takes them. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly values: readonly (string | Buffer | null)[];
}

type Parser = (text: string) => unknown;

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- pg's enum lacks the oids of extensions
const parserOf = (oid: number) => types.getTypeParser(oid) as Parser;

interface Columns {
  readonly names: readonly string[];
  readonly parsers: readonly Parser[];
}

/** By the name of the statement, whose columns never change. */
const columnsOf = new Map<string, Columns>();

/** A row as an object, of a statement that has been run. */
export function asObject({ name }: Statement, row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  columnsOf.get(name)?.names.forEach((column, i) => (object[column] = row[i]));
  return object;
}

/** What pg's declarations leave out of a connection: the prepared statements that it has, by name. */
interface OpenConnection extends Connection {
  readonly parsedStatements: Record<string, string | undefined>;
}
/**
 * Prepared statements that go to the server in one message, end with one sync, and are therefore one transaction: PostgreSQL
 * documentation, "Pipelining" in "Extended Query". A query class for `pg.Client.query`.
 */
export class StatementGroup implements Submittable {
  private readonly rows: unknown[][][];
  private readonly newlyPrepared = new Set<string>();
  private current = 0;
  private connection: OpenConnection | undefined;

  /** @param done called once, with the rows of each statement, or with the error that undid all of them */
  constructor(
    private readonly statements: readonly BoundStatement[],
    private readonly done: (error: Error | undefined, rows: unknown[][][]) => void,
  ) {
    this.rows = statements.map(() => []);
  }

  /** Whether the connection's list of prepared statements is no longer known, because an error came between. */
  get unsure(): boolean {
    return this.newlyPrepared.size > 0;
  }

  submit(connection: Connection): void {
    this.connection = connection as OpenConnection;
    const { stream } = connection;
    stream.cork();
    try {
      for (const one of this.statements) this.send(one, this.connection);
      connection.sync();
    } finally {
      stream.uncork();
    }
  }

  private send({ statement: { name, text }, values }: BoundStatement, connection: OpenConnection): void {
    if (connection.parsedStatements[name] === undefined && !this.newlyPrepared.has(name)) {
      connection.parse({ name, text, types: [] }, true);
      this.newlyPrepared.add(name);
    }
    connection.bind({ statement: name, values: [...values] }, true);
    if (!columnsOf.has(name)) connection.describe({ type: 'P', name: '' }, true);
    connection.execute({}, true);
  }

  handleRowDescription({ fields }: { fields: readonly FieldDef[] }): void {
    columnsOf.set(this.statements[this.current]!.statement.name, {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => parserOf(dataTypeID)),
    });
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { parsers } = columnsOf.get(this.statements[this.current]!.statement.name)!;
    this.rows[this.current]!.push(fields.map((text, i) => (text === null ? null : parsers[i]!(text))));
  }

  handleCommandComplete(): void {
    this.current++;
  }

  handleError(error: Error): void {
    this.done(error, []);
  }

  handleReadyForQuery(): void {
    for (const { statement } of this.statements) this.connection!.parsedStatements[statement.name] = statement.text;
    this.newlyPrepared.clear();
    this.done(undefined, this.rows);
  }
}
