import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import type { ClientConfig, Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseUnavailable, isUnavailable } from './unavailable.js';
import type { Statement } from './sql.js';

/** Runs prepared statements, on the pool or on one connection of it. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * Prepared statements on the connection pool of TypeORM's data source. TypeORM itself offers no named statements, and they save
 * the server from planning each query again.
 */
@Injectable()
export class Database implements Queryable {
  private readonly pool: Pool;

  constructor(@InjectDataSource() readonly dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /** @throws DatabaseUnavailable when the server cannot be reached or is going down. */
  async query<Row extends QueryResultRow>({ name, text }: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>({ name, text, values: values as unknown[] })).rows;
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /** Rows as arrays of column values: the cheapest form, for hot paths. */
  async tuples<Row extends unknown[]>({ name, text }: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>({ name, text, values: values as unknown[], rowMode: 'array' })).rows;
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /** A connection of its own, outside of the pool, for a session that has to last. The caller ends it. */
  async connect(config: ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...(this.pool.options as ClientConfig), ...config });
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
