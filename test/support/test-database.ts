import { randomBytes } from 'node:crypto';
import pg from 'pg';

export const TEMPLATE = 'anamnesis_template';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Same server, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs statements that need no transaction, one by one. */
export async function administer(serverUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database without any migration. */
export const createEmptyDatabase = (): Promise<TestDatabase> => createTestDatabase('template1');

/** A database of its own for one suite, migrated, on the server that the test run shares. */
export async function createTestDatabase(template = TEMPLATE): Promise<TestDatabase> {
  const server = process.env['TEST_SERVER_URL'];
  if (!server) throw new Error('There is no test server: run the suites through jest.config.cjs');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} template ${template}`);
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database ${name} with (force)`),
  };
}
