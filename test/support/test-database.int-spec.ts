import pg from 'pg';
import { createTestDatabase } from './test-database.js';

describe('a database of its own for a suite', () => {
  it('is migrated, and gone when it is dropped', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ schema_name: string }>(
      `select schema_name from information_schema.schemata where schema_name in ('read', 'write') order by 1`,
    );
    await client.end();
    expect(rows.map((row) => row.schema_name)).toEqual(['read', 'write']);

    await database.drop();
    await expect(new pg.Client({ connectionString: database.url }).connect()).rejects.toThrow('does not exist');
  });
});
