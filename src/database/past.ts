import type { QueryRunner } from 'typeorm';
import { goldenSchema } from './golden-schema.js';
import { checksumOf, type MigrationClass, nameOf, timestampOf } from './migration-checksum.js';
import { type Asking, difference, schemaObjects } from './schema-listing.js';

/** A migration of this version. */
export interface KnownMigration {
  readonly name: string;
  readonly checksum: string;
}

/** A migration that the database says it has. */
export interface AppliedMigration {
  readonly name: string;
  /** Undefined where it was applied by a version that noted none: e2787b4 and those before it. */
  readonly checksum: string | undefined;
}

/** What this version finds in a database whose past is its own. */
export interface Past {
  /** Names of this version's migrations that the database lacks. */
  readonly pending: readonly string[];
  /** Migrations that the database has without a checksum, and whose outcome is there: their checksums are to be noted. */
  readonly unnoted: readonly KnownMigration[];
  /** The database has migrations of a later version: this one was rolled back to. */
  readonly isAhead: boolean;
}

/** The database was not made by this version's migrations, or not by them alone. One line, which says what to do. */
export class DifferentPast extends Error {
  override readonly name = 'DifferentPast';

  constructor(migration: string, how: string) {
    super(
      `The database has another past than this version: migration ${migration} ${how}. ` +
        'Nothing was changed. Run the version that migrated this database, or restore a backup',
    );
  }
}

export const knownMigrations = async (migrations: readonly MigrationClass[]): Promise<KnownMigration[]> => {
  const known = await Promise.all(
    migrations.map(async (Migration) => ({ name: nameOf(Migration), checksum: await checksumOf(Migration) })),
  );
  return known.sort(byTimestamp);
};

/** Compares the past of a database with this version's migrations. @throws DifferentPast */
export async function pastOf(runner: QueryRunner, migrations: readonly MigrationClass[]): Promise<Past> {
  const applied = await appliedMigrations(runner);
  const past = comparePast(await knownMigrations(migrations), applied);
  if (past.unnoted.length > 0) await mustHaveGoldenSchema(runner, applied.map(({ name }) => name).at(-1) ?? '');
  return past;
}

/** The rules, without a database. Both lists are in the order of timestamps. @throws DifferentPast */
export function comparePast(known: readonly KnownMigration[], applied: readonly AppliedMigration[]): Past {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const newest = timestampOf(known.at(-1)?.name ?? '');
  const foreign = applied.filter(({ name }) => !known.some((migration) => migration.name === name));
  const earlier = foreign.find(({ name }) => !(timestampOf(name) > newest));
  if (earlier) throw new DifferentPast(earlier.name, 'was applied and is none of this version');

  const last = timestampOf(applied.at(-1)?.name ?? '');
  const pending = known.filter(({ name }) => !checksums.has(name));
  const skipped = pending.find(({ name }) => timestampOf(name) < last);
  if (skipped) throw new DifferentPast(skipped.name, `is missing, though ${applied.at(-1)!.name} was applied`);

  const edited = known.find(({ name, checksum }) => (checksums.get(name) ?? checksum) !== checksum);
  if (edited) throw new DifferentPast(edited.name, 'was applied with other SQL');

  const unnoted = known.filter(({ name }) => checksums.has(name) && checksums.get(name) === undefined);
  if (unnoted[0] && foreign.length > 0) throw new DifferentPast(unnoted[0].name, 'has lost its checksum');
  return { pending: pending.map(({ name }) => name), unnoted, isAhead: foreign.length > 0 };
}

const byTimestamp = (a: { readonly name: string }, b: { readonly name: string }) =>
  timestampOf(a.name) - timestampOf(b.name);

async function appliedMigrations(connection: Asking): Promise<AppliedMigration[]> {
  const [there] = (await connection.query(`
    select to_regclass('public.migrations') is not null as migrations,
      to_regclass('public.migration_checksums') is not null as checksums`)) as {
    migrations: boolean;
    checksums: boolean;
  }[];
  if (!there?.migrations) return [];
  const rows = (await connection.query(
    there.checksums
      ? `select name, checksum from public.migrations left join public.migration_checksums using (name)`
      : `select name, null as checksum from public.migrations`,
  )) as { name: string; checksum: string | null }[];
  return rows.map(({ name, checksum }) => ({ name, checksum: checksum ?? undefined })).sort(byTimestamp);
}

/** Where nothing was noted, the schema itself tells. */
async function mustHaveGoldenSchema(runner: QueryRunner, last: string): Promise<void> {
  const golden = goldenSchema(last);
  if (!golden) throw new DifferentPast(last, 'has no checksum, and there is no golden schema to judge it by');
  await runner.startTransaction();
  try {
    const wrong = difference(golden, await schemaObjects(runner));
    if (wrong) throw new DifferentPast(last, `has no checksum, and its schema is not there: ${wrong}`);
  } finally {
    await runner.rollbackTransaction();
  }
}
