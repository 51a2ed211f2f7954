import pg from 'pg';
import { APPLICATION_ROLE } from '../../src/database/application-role.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the role of the application', () => {
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

  const found = async (sql: string) => (await client.query<{ found: string }>(sql)).rows.map((row) => row.found);

  it('reads and writes every table, but only reads what grows by functions, and what says how it was migrated', async () => {
    const rights = `concat_ws(' ', oid::regclass, ${['select', 'insert', 'update', 'delete', 'truncate']
      .map((right) => `case when has_table_privilege('${APPLICATION_ROLE}', oid, '${right}') then '${right}' end`)
      .join(', ')})`;
    const all = await found(`
      select ${rights} as found from pg_class
      where relkind = 'r' and (relnamespace in ('write'::regnamespace, 'read'::regnamespace)
        or oid in ('public.migrations'::regclass, 'public.migration_checksums'::regclass)) order by 1`);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((line) => !line.endsWith(' select insert update delete'))).toEqual([
      'migration_checksums select',
      'migrations select',
      'write.events select',
      'write.operator_acts select insert',
      'write.streams select',
    ]);
  });

  it('draws from every sequence but that of the positions', async () => {
    const forbidden = await found(`
      select seqrelid::regclass::text as found from pg_sequence join pg_class on pg_class.oid = seqrelid
      where relnamespace in ('write'::regnamespace, 'read'::regnamespace)
        and not has_sequence_privilege('${APPLICATION_ROLE}', seqrelid, 'usage')`);
    expect(forbidden).toEqual(['write.event_position']);
  });

  it('calls every function, of later migrations too, where the server gives nobody that right by itself', async () => {
    await client.query(`
      create function write.later() returns int language sql as 'select 1';
      revoke execute on all functions in schema write, read from public`);
    const forbidden = await found(`
      select oid::regprocedure::text as found from pg_proc
      where pronamespace in ('write'::regnamespace, 'read'::regnamespace)
        and not has_function_privilege('${APPLICATION_ROLE}', oid, 'execute')`);
    expect(forbidden).toEqual([]);
  });
});
