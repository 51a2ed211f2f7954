import type { ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { types } from './types.js';

export interface DatabaseSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Role that every connection works as, in place of the user of the URL. */
  readonly role?: string | undefined;
}

/** The one way to this application's database: entities come from the modules, tables from the migrations alone. */
export function typeOrmOptions({ url, poolSize, applicationName = 'anamnesis', role }: DatabaseSettings) {
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName,
    // How long a query may wait for a free connection, too: in a rush it is better to be late than to be refused.
    connectTimeoutMS: 15_000,
    synchronize: false,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    // An idle connection that breaks is replaced by the pool: the query that needs one reports what went wrong.
    poolErrorHandler: () => undefined,
    extra: {
      types,
      onConnect: outliveErrors,
      // Starting a parallel worker takes longer than any query of this application.
      options: `-c timezone=UTC -c max_parallel_workers_per_gather=0${role ? ` -c role=${role}` : ''}`,
      keepAlive: true,
      idleTimeoutMillis: 60_000,
    },
  } satisfies DataSourceOptions;
}

/**
 * A connection that breaks tells its pool, or whoever has taken it and awaits an answer. In between, as when the server goes down
 * while the connection is handed over, nobody listens: that would end the process, where the next statement finds out anyway.
 */
export function outliveErrors(client: ClientBase): void {
  client.on('error', () => undefined);
}
