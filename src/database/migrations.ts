import pg from 'pg';
import { DataSource } from 'typeorm';
import { type DatabaseSettings, typeOrmOptions } from './data-source.js';

/** Two keys, so that it can never be one of the engine's locks, which have a single bigint key. */
const LOCK = [0x616e616d, 1] as const;

/**
 * Applies the migrations that are pending, each in its own transaction. Processes that start together take turns.
 * Returns their names.
 */
export async function migrate(dataSource: DataSource, url: string): Promise<string[]> {
  const turn = new pg.Client({ connectionString: url, application_name: 'anamnesis migrations' });
  await turn.connect();
  try {
    await turn.query('select pg_advisory_lock($1, $2)', [...LOCK]);
    return (await dataSource.runMigrations()).map(({ name }) => name);
  } finally {
    await turn.end();
  }
}

/** Applies the pending migrations without the application. */
export async function migrateDatabase(settings: DatabaseSettings): Promise<string[]> {
  const dataSource = await new DataSource(typeOrmOptions(settings)).initialize();
  try {
    return await migrate(dataSource, settings.url);
  } finally {
    await dataSource.destroy();
  }
}

/** @throws PendingMigrations unless the database has every migration of this program. */
export async function refusePending(dataSource: DataSource): Promise<void> {
  if (await dataSource.showMigrations()) throw new PendingMigrations();
}

export class PendingMigrations extends Error {
  override readonly name = 'PendingMigrations';

  constructor() {
    super('MIGRATE_ON_START is off and the database lacks migrations of this version: run `npm run migrate`');
  }
}
