import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestampOf } from './migration-checksum.js';
import { objectsOf, type SchemaObject } from './schema-listing.js';

/** Beside the migrations, in the sources as in a build. */
const FOLDER = join(import.meta.dirname, '../../migrations/golden');

/** `1700000300000-records.sql` for `Records1700000300000`: in the order of the migrations, and found by the name alone. */
export const goldenFile = (migration: string): string =>
  join(FOLDER, `${timestampOf(migration)}-${kebab(migration.slice(0, -13))}.sql`);

const kebab = (name: string) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** The whole schema as it is after a migration, on an empty database; undefined where nobody has written it down. */
export function goldenSchema(migration: string): SchemaObject[] | undefined {
  const file = goldenFile(migration);
  return existsSync(file) ? objectsOf(readFileSync(file, 'utf8')) : undefined;
}
