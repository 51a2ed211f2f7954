import { readFileSync } from 'node:fs';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const page = readFileSync('docs/operations.md', 'utf8');
const statements = [...page.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = '']) => sql);

describe('the statements of docs/operations.md', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('are there', () => expect(statements.length).toBeGreaterThan(4));

  it.each(statements)('run: %s', async (sql) => {
    await expect(client.query(sql)).resolves.toBeDefined();
  });

  it('name who holds the tail back', async () => {
    const holdersOfFloor = statements.find((sql) => sql.includes('7777'));
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock_shared((7777::bigint << 48) | 1)');
    const { rows } = await client.query<{ pid: number }>(holdersOfFloor!);
    const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await client.query('rollback');
    expect(rows.map(({ pid }) => pid)).toEqual([own[0]!.pid]);
  });
});

it('names no setting that .env.example does not explain', () => {
  const example = readFileSync('.env.example', 'utf8');
  const named = [...page.matchAll(/`([A-Z][A-Z_]+_[A-Z]+|HOST|PORT|ROLE)(?:=\w+)?`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !example.includes(name) && !name.startsWith('NEW_'))).toEqual([]);
});
