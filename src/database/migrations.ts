import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrations as released } from '../../migrations/index.js';
import { applicationHasRights, grantToApplication } from './application-role.js';
import { type DatabaseSettings, typeOrmOptions } from './data-source.js';
import { checksumOf, type MigrationClass, nameOf } from './migration-checksum.js';
import { type KnownMigration, pastOf } from './past.js';

/** Two keys, so that it can never be one of the engine's locks, which have a single bigint key. */
const LOCK = [0x616e616d, 1] as const;

/**
 * Applies the migrations that are pending, each in its own transaction, as the user of the URL, unless the database has another
 * past than this version. Migrations of later versions may be there. Processes that start together take turns. Returns the
 * names of what it applied.
 *
 * @throws DifferentPast
 */
export async function migrateDatabase(
  settings: DatabaseSettings,
  migrations: readonly MigrationClass[] = released,
): Promise<string[]> {
  const noting = await Promise.all(migrations.map(notingItsChecksum));
  const dataSource = await new DataSource({ ...typeOrmOptions(settings), migrations: noting }).initialize();
  const turn = new pg.Client({ connectionString: settings.url, application_name: 'anamnesis migrations' });
  const waiting = setTimeout(() => process.stderr.write(`${WAITING}\n`), SAY_AFTER_MS);
  try {
    await turn.connect();
    await turn.query('select pg_advisory_lock($1, $2)', [...LOCK]);
    return await migrate(dataSource, turn, migrations);
  } finally {
    clearTimeout(waiting);
    await turn.end();
    await dataSource.destroy();
  }
}

async function migrate(dataSource: DataSource, turn: pg.Client, migrations: readonly MigrationClass[]) {
  const { isAhead } = await withRunner(dataSource, async (runner) => {
    const past = await pastOf(runner, migrations);
    await runner.query(CHECKSUMS);
    for (const migration of past.unnoted) await note(runner, migration);
    return past;
  });
  const applied = await dataSource.runMigrations();
  // A later version has given and taken rights on tables that this one does not know: they stay.
  if (!isAhead || !(await applicationHasRights(turn))) await grantToApplication(turn);
  return applied.map(({ name }) => name);
}

/**
 * Compares and changes nothing.
 *
 * @throws DifferentPast
 * @throws PendingMigrations unless the database has every migration of this version.
 */
export async function refusePending(
  dataSource: DataSource,
  migrations: readonly MigrationClass[] = released,
): Promise<void> {
  const { pending } = await withRunner(dataSource, (runner) => pastOf(runner, migrations));
  if (pending.length > 0) throw new PendingMigrations();
}

export class PendingMigrations extends Error {
  override readonly name = 'PendingMigrations';

  constructor() {
    super('MIGRATE_ON_START is off and the database lacks migrations of this version: run `npm run migrate`');
  }
}

const SAY_AFTER_MS = 10_000;
const WAITING =
  'Still migrating, or waiting: another process may be migrating this database, or hold a lock on its tables (see pg_stat_activity)';

const CHECKSUMS = `
  create table if not exists public.migration_checksums (
    name text primary key,
    checksum text not null,
    noted_at timestamptz not null default now()
  )`;

const NOTE = `
  insert into public.migration_checksums (name, checksum) values ($1, $2)
  on conflict (name) do update set checksum = excluded.checksum, noted_at = now()`;

const note = (runner: QueryRunner, { name, checksum }: KnownMigration) => runner.query(NOTE, [name, checksum]);

/** A migration is applied and its checksum noted in one transaction. */
async function notingItsChecksum(Migration: MigrationClass): Promise<MigrationClass> {
  const known = { name: nameOf(Migration), checksum: await checksumOf(Migration) };
  return class extends Migration implements MigrationInterface {
    override readonly name = known.name;

    override async up(runner: QueryRunner): Promise<void> {
      await super.up(runner);
      await note(runner, known);
    }
  };
}

async function withRunner<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}
