import pg from 'pg';
import { APPLICATION_ROLE } from '../../src/database/application-role.js';
import { types } from '../../src/database/types.js';
import { assertLockNamespacesAgree } from '../../src/event-sourcing/tail/lock-namespaces.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const KEY = /\(7777::bigint << 48\) \| (coalesce\([^;]+?, 0\))\)/;
const FUNCTIONS = ['write.append_event', 'write.append'];

describe('the lock of an append', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url, types });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const edit = async (name: string, edited: (source: string) => string) => {
    const { rows } = await client.query<{ source: string }>(`select pg_get_functiondef('${name}'::regproc) as source`);
    const { source } = rows[0]!;
    expect(source).toMatch(KEY);
    expect(edited(source)).not.toBe(source);
    await client.query(edited(source));
  };

  it('is where this version looks for it', async () => {
    await expect(assertLockNamespacesAgree(client)).resolves.toBeUndefined();
  });

  it('is found by the role of the application, too, whose rights suffice to look', async () => {
    await client.query(`set role ${APPLICATION_ROLE}`);
    await expect(assertLockNamespacesAgree(client)).resolves.toBeUndefined();
  });

  it('and nothing else is left of the look', async () => {
    await assertLockNamespacesAgree(client);
    const { rows } = await client.query(`
      select (select count(*) from write.events) as events, (select count(*) from write.streams) as streams,
        (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`);
    expect(rows).toEqual([{ events: 0, streams: 0, locks: 0 }]);
  });

  it.each(
    FUNCTIONS.flatMap((name): [string, string, (source: string) => string][] => [
      [name, 'in another namespace', (source) => source.replace('7777::bigint', '7779::bigint')],
      [name, 'with another width of positions', (source) => source.replace('<< 48', '<< 40')],
      [name, 'one position too high', (source) => source.replace(KEY, '(7777::bigint << 48) | $1 + 1)')],
      [name, 'with two keys', (source) => source.replace(KEY, '7777, $1::int)')],
      [name, 'not at all', (source) => source.replace('pg_advisory_xact_lock_shared(', 'nullif(0, ')],
    ]),
  )('of %s that is taken %s refuses the start', async (name, _how, edited) => {
    await edit(name, edited);
    await expect(assertLockNamespacesAgree(client)).rejects.toThrow(`${name} takes no lock below its position in`);
    const { rows } = await client.query(`select count(*) as events from write.events`);
    expect(rows).toEqual([{ events: 0 }]);
  });

  it('refuses the start where the tail itself looks elsewhere', async () => {
    const looks: string[] = [];
    const elsewhere = {
      query: (asked: string | { text: string; values?: unknown[] }) => {
        const { text } = typeof asked === 'string' ? { text: asked } : asked;
        if (!/min\(.*pg_locks/s.test(text) || text.includes('pg_backend_pid')) return client.query(asked as string);
        looks.push(text);
        return client.query(text.replace('7777', '7779'));
      },
    } as unknown as pg.Client;
    await expect(assertLockNamespacesAgree(elsewhere)).rejects.toThrow('write.append_event takes no lock');
    expect(looks).toEqual([expect.stringContaining('7777')]);
  });

  it('refuses the start when another transaction holds the floor meanwhile, too', async () => {
    const other = new pg.Client({ connectionString: database.url, types });
    await other.connect();
    try {
      await other.query('begin; select pg_advisory_xact_lock_shared(7777::bigint << 48)');
      await edit('write.append', (source) => source.replace('7777::bigint', '7779::bigint'));
      await expect(assertLockNamespacesAgree(client)).rejects.toThrow('write.append takes no lock');
    } finally {
      await other.end();
    }
  });
});
