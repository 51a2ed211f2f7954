import type { Client, Pool } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { EnduringClient } from './enduring-client.js';
import type { DatabaseLimits } from './limits.js';
import { MEANINGS, serverOptions, UNBOUNDED_SESSION } from './sessions.js';
import { classified } from './sql-state.js';
import { types } from './types.js';

export interface DatabaseSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Role that every connection works as, in place of the user of the URL. */
  readonly role?: string | undefined;
  readonly limits?: DatabaseLimits | undefined;
}

/** TypeORM's own connections are for migrations, and for a look at them. */
const MOST_OF_TYPEORM = 2;

/** Where the server knows it, from PostgreSQL 17 on. */
const unboundTransaction = `select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'`;

/** The one way to this application's database: entities come from the modules, tables from the migrations alone. */
export function typeOrmOptions({ url: given, poolSize, applicationName = 'anamnesis', role }: DatabaseSettings) {
  const { url, options } = withoutOptions(given);
  return {
    type: 'postgres',
    url,
    poolSize: Math.min(poolSize, MOST_OF_TYPEORM),
    applicationName,
    connectTimeoutMS: 15_000,
    synchronize: false,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    // An idle connection that breaks is replaced by the pool: the query that needs one reports what went wrong.
    poolErrorHandler: () => undefined,
    extra: {
      types,
      Client: EnduringClient,
      onConnect: (client: Client) => client.query(unboundTransaction),
      options: `${options} ${serverOptions({
        ...MEANINGS,
        // Starting a parallel worker takes longer than any query of this application.
        max_parallel_workers_per_gather: 0,
        ...(role && { role }),
        // A migration takes as long as it takes. The lanes of `Database` add bounds of their own.
        ...UNBOUNDED_SESSION,
      })}`.trim(),
      keepAlive: true,
      idleTimeoutMillis: 60_000,
    },
  } satisfies DataSourceOptions;
}

/** Options in the URL would take the place of ours, the role of the application among them: they go before these, which win. */
function withoutOptions(given: string): { url: string; options: string } {
  const url = new URL(given);
  const options = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return { url: url.href, options };
}

/** The pool of TypeORM's own connections. */
export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;

/** TypeORM passes on what goes wrong in connecting as it is: here it can still be told from the trouble of another system. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  const pool = poolOf(dataSource);
  const connect = pool.connect.bind(pool);
  pool.connect = ((callback?: Parameters<typeof connect>[0]) =>
    callback
      ? connect((error, client, release) => callback(error && classified(error), client, release))
      : connect()) as typeof pool.connect;
  return dataSource;
}
