import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import type { ClientConfig, Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { Pipeline, type PipelineOptions } from './pipeline.js';
import { outliveErrors } from './data-source.js';
import { DatabaseUnavailable, isUnavailable } from './unavailable.js';
import type { Statement } from './sql.js';
import { asObject, type BoundStatement } from './statement-group.js';

/** Runs prepared statements, on the pool or on one connection of it. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Statements share a group with those of the same lane: what is quick does not wait for what is not. */
export type Lane = 'commands' | 'loads' | 'reads' | 'searches' | 'projections' | 'leases' | 'health';

/**
 * Prepared statements on the connection pool of TypeORM's data source. TypeORM itself offers no named statements, and they save
 * the server from planning each query again.
 */
@Injectable()
export class Database implements Queryable {
  private readonly pool: Pool;
  private readonly lanes: Record<'commands' | 'loads' | 'reads' | 'projections', Pipeline>;

  constructor(@InjectDataSource() readonly dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
    const alone = async ({ statement: { name, text }, values }: BoundStatement) =>
      (await this.pool.query<unknown[]>({ name, text, values: [...values], rowMode: 'array' })).rows;
    const lane = (options: PipelineOptions) => new Pipeline(this.pool, alone, options);
    this.lanes = {
      // Two small groups: while one waits for the disk, the other keeps the processors busy. A few large commands are divided too:
      // the work of writing them is worth a second flush.
      commands: lane({ width: 2, most: 16, heavy: 32_000, boundLockWaits: true }),
      projections: lane({ width: 1, most: 64, heavy: Infinity, boundLockWaits: false }),
      // While one group is found, the answers of the one before are written.
      reads: lane({ width: 1, most: 16, heavy: Infinity, boundLockWaits: true }),
      loads: lane({ width: 1, most: 16, heavy: Infinity, boundLockWaits: true }),
    };
  }

  /** @throws DatabaseUnavailable when the server cannot be reached or is going down. */
  async query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = [], lane?: Lane): Promise<Row[]> {
    if (statement.quick && lane === undefined) {
      const rows = await this.together('reads', statement, values);
      return rows.map((row) => asObject(statement, row) as Row);
    }
    const { name, text } = statement;
    try {
      return (await this.pool.query<Row>({ name, text, values: values as unknown[] })).rows;
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /**
   * Runs a statement that is a transaction in itself, in one group with those that wait at the same time. Rows come as arrays of
   * column values.
   * @throws DatabaseUnavailable as `query`; whether the statement took effect is then not known
   */
  async together<Row extends unknown[]>(
    lane: 'commands' | 'loads' | 'reads' | 'projections',
    statement: Statement,
    values: readonly unknown[],
    _order?: string,
  ): Promise<readonly Row[]> {
    try {
      return (await this.lanes[lane].run(statement, values)) as Row[];
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /** A connection of its own, outside of the pool, for a session that has to last. The caller ends it. */
  async connect(config: ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...(this.pool.options as ClientConfig), ...config });
    outliveErrors(client);
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /** Runs `work` in one READ COMMITTED transaction; rolls back when it throws. */
  async transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let broken: Error | undefined;
    try {
      client = await this.pool.connect();
      const connection = client;
      await connection.query('begin');
      const result = await work({
        query: async <Row extends QueryResultRow>({ name, text }: Statement, values: readonly unknown[] = []) =>
          (await connection.query<Row>({ name, text, values: values as unknown[] })).rows,
      });
      await connection.query('commit');
      return result;
    } catch (error) {
      await client?.query('rollback').catch((failure: unknown) => (broken = failure as Error));
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    } finally {
      client?.release(broken);
    }
  }
}
