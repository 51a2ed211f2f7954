import { migrateDatabase } from '../../src/database/migrations.js';
import { startPostgres, type TestPostgres } from './postgres.js';
import { administer, databaseUrl, TEMPLATE } from './test-database.js';

export const shared: { server?: TestPostgres } = {};

/**
 * One PostgreSQL server for the whole run, without fsync, and in it the template of every suite's database.
 * `TEST_DATABASE_URL` names a server to use instead; `TEST_POSTGRES_BIN` other programs to start it from.
 */
export default async function globalSetup(): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  if (!given) shared.server = await startPostgres({ durable: false, label: 'shared' });
  const url = given ?? shared.server?.url() ?? '';
  await administer(url, `drop database if exists ${TEMPLATE}`, `create database ${TEMPLATE}`);
  await migrateDatabase({ url: databaseUrl(url, TEMPLATE), poolSize: 2 });
  process.env['TEST_SERVER_URL'] = url;
}
