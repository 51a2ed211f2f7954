import pg from 'pg';
import { DataSource } from 'typeorm';
import { grantToApplication } from './application-role.js';
import { type DatabaseSettings, typeOrmOptions } from './data-source.js';

/** Two keys, so that it can never be one of the engine's locks, which have a single bigint key. */
const LOCK = [0x616e616d, 1] as const;

async function migrate(dataSource: DataSource, url: string): Promise<string[]> {
  const turn = new pg.Client({ connectionString: url, application_name: 'anamnesis migrations' });
  await turn.connect();
  try {
    await turn.query('select pg_advisory_lock($1, $2)', [...LOCK]);
    const applied = await dataSource.runMigrations();
    await grantToApplication(turn);
    return applied.map(({ name }) => name);
  } finally {
    await turn.end();
  }
}

/**
 * Applies the migrations that are pending, each in its own transaction, as the user of the URL. Processes that start together
 * take turns. Returns their names.
 */
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
