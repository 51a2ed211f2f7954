import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { types } from './types.js';

describe('values from the database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url, types, options: '-c timezone=UTC' });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const valueOf = async (expression: string) => {
    const { rows } = await client.query<{ value: unknown }>(`select ${expression} as value`);
    return rows[0]?.value;
  };

  it.each([
    [`timestamptz '2026-03-01 09:00+00'`, '2026-03-01T09:00:00.000Z'],
    [`timestamptz '2026-03-01 09:00:00.1+02'`, '2026-03-01T07:00:00.100Z'],
    [`timestamptz '2026-03-01 09:00:00.123999+00'`, '2026-03-01T09:00:00.123Z'],
    [`timestamptz '1875-01-01 00:00:01+00'`, '1875-01-01T00:00:01.000Z'],
    [`date '2028-02-29'`, '2028-02-29'],
    [`9007199254740991::int8`, 9007199254740991],
    [`null::timestamptz`, null],
    [`numeric '0.10'`, '0.10'],
    [`'{"a":[1]}'::jsonb`, { a: [1] }],
  ])('gives %s as %j', async (expression, expected) => {
    expect(await valueOf(expression)).toEqual(expected);
  });

  it('gives an instant in UTC whatever the zone of the session', async () => {
    await client.query(`set timezone = 'Europe/London'`);
    expect(await valueOf(`timestamptz '2026-07-01 09:00:00.5+00'`)).toBe('2026-07-01T09:00:00.500Z');
    await client.query(`set timezone = 'Asia/Kathmandu'`);
    expect(await valueOf(`timestamptz '2026-07-01 09:00:00.5+00'`)).toBe('2026-07-01T09:00:00.500Z');
    await client.query(`set timezone = 'UTC'`);
  });
});
