import { existsSync, writeFileSync } from 'node:fs';
import { DataSource, type QueryRunner } from 'typeorm';
import { typeOrmOptions } from '../../src/database/data-source.js';
import { goldenFile, goldenSchema } from '../../src/database/golden-schema.js';
import { type MigrationClass, nameOf } from '../../src/database/migration-checksum.js';
import { difference, listingOf, type SchemaObject, schemaObjects } from '../../src/database/schema-listing.js';
import { createEmptyDatabase } from '../support/test-database.js';

/**
 * Applies migrations one by one to an empty database. Of each: how the schema differs from its golden dump, undefined where it
 * does not. With `UPDATE_GOLDEN=1` what has no golden dump gets one; what has one keeps it.
 */
export async function replay(migrations: readonly MigrationClass[]): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for (const [name, schema] of await schemasOf(migrations)) {
    const file = goldenFile(name);
    if (!existsSync(file) && process.env['UPDATE_GOLDEN']) writeFileSync(file, listingOf(schema));
    const golden = goldenSchema(name);
    found[name] = golden ? difference(golden, schema) : `there is no ${file}: UPDATE_GOLDEN=1 adds it`;
  }
  return found;
}

async function schemasOf(migrations: readonly MigrationClass[]): Promise<Map<string, SchemaObject[]>> {
  const schemas = new Map<string, SchemaObject[]>();
  const listing = migrations.map(
    (Migration) =>
      class extends Migration {
        override readonly name = nameOf(Migration);

        override async up(runner: QueryRunner): Promise<void> {
          await super.up(runner);
          schemas.set(this.name, await schemaObjects(runner));
        }
      },
  );
  const database = await createEmptyDatabase();
  const dataSource = new DataSource({ ...typeOrmOptions({ url: database.url, poolSize: 2 }), migrations: listing });
  try {
    await dataSource.initialize();
    await dataSource.runMigrations();
    return schemas;
  } finally {
    await dataSource.destroy();
    await database.drop();
  }
}
