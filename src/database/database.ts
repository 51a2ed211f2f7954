import { Inject, Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import type { ClientConfig, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { poolOf } from './data-source.js';
import { Lanes } from './lanes.js';
import { type DatabaseLimits, DEFAULT_LIMITS, type Lane } from './limits.js';
import type { Queryable } from './queryable.js';
import { openSession } from './session.js';
import type { Statement } from './sql.js';
import { asObject } from './statement-group.js';
import { runTransaction } from './transaction.js';

export type { Lane } from './limits.js';
export type { Queryable } from './queryable.js';

export interface LaneSettings {
  /** Connections of all lanes together, about. */
  readonly poolSize: number;
  readonly limits: DatabaseLimits;
}
export const LANE_SETTINGS = Symbol('LaneSettings');

/**
 * Prepared statements, in lanes that have connections of their own. TypeORM, whose data source says how to connect, offers no
 * named statements, and they save the server from planning each query again.
 *
 * Whatever is thrown is one of four kinds: an error of the values (`isDataError`), one of others at work (`isTransient`), one of the
 * SQL functions of the write side, or `DatabaseUnavailable`, and each comes within the deadline of the lane.
 */
@Injectable()
export class Database implements Queryable, OnApplicationShutdown {
  private readonly limits: DatabaseLimits;
  private readonly lanes: Lanes;

  constructor(
    @InjectDataSource() readonly dataSource: DataSource,
    @Optional() @Inject(LANE_SETTINGS) { poolSize, limits }: LaneSettings = { poolSize: 10, limits: DEFAULT_LIMITS },
  ) {
    this.limits = limits;
    const { options } = poolOf(dataSource);
    const major = Number.parseInt(dataSource.driver.version ?? '0', 10);
    // The password is a property that is not copied with the others.
    this.lanes = new Lanes({ ...options, password: options.password }, poolSize, limits, major);
  }

  /**
   * Rows as objects. Without a lane, a quick statement goes in one group with others of its kind, and any other by itself as a search;
   * with one it goes there by itself.
   */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
    lane?: Lane,
  ): Promise<Row[]> {
    const grouped = lane === undefined && statement.quick === true;
    const goesTo = lane ?? (grouped ? 'reads' : 'searches');
    const { columns, rows } = await this.lanes.of(goesTo).run(statement, values, { alone: !grouped });
    return rows.map((row) => asObject(columns, row) as Row);
  }

  /**
   * Runs a statement that is a transaction in itself, in one group with those that wait at the same time. Rows come as arrays of
   * column values. Statements of a group are sent by their `order`, where they have one, so that they take locks in one.
   * @throws DatabaseUnavailable as `query`; whether the statement took effect is then not known
   */
  async together<Row extends unknown[]>(
    lane: Lane,
    statement: Statement,
    values: readonly unknown[],
    order?: string,
  ): Promise<readonly Row[]> {
    const { rows } = await this.lanes.of(lane).run(statement, values, { order });
    return rows as Row[];
  }

  /**
   * A connection of its own, outside of the lanes, for a session that has to last. The caller ends it. A query on it that takes
   * longer than `query_timeout`, by default the deadline of projections, breaks it.
   */
  connect({ query_timeout, ...config }: ClientConfig = {}): Promise<pg.Client> {
    const deadline = query_timeout ?? this.limits.deadlines.projections;
    return openSession({ ...this.lanes.configOf('projections'), ...config }, deadline);
  }

  /** Runs `work` in one READ COMMITTED transaction, which as a whole has the time of one statement; rolls back when it throws. */
  transaction<T>(work: (connection: Queryable) => Promise<T>, lane: Lane = 'commands'): Promise<T> {
    return runTransaction(this.lanes.of(lane).patient, this.limits.deadlines[lane], work);
  }

  /** Last of all: whoever uses the database has ended before. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await this.lanes.close();
  }
}
