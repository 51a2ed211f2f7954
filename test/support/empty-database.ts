import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { administer, databaseUrl, type TestDatabase } from './test-database.js';

/** A database without any migration, on the server that the test run shares. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_SERVER_URL'];
  if (!server) throw new Error('There is no test server: run the suites through jest.config.cjs');
  const name = `test_empty_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database ${name} with (force)`),
  };
}

/** Works in one transaction that is taken back. */
export async function inPassing<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    return await work(client);
  } finally {
    await client.query('rollback').catch(() => undefined);
    await client.end();
  }
}
