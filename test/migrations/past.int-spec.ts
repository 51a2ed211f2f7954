import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DataSource } from 'typeorm';
import pg from 'pg';
import { migrations } from '../../migrations/index.js';
import { APPLICATION_ROLE, applicationRole } from '../../src/database/application-role.js';
import { typeOrmOptions } from '../../src/database/data-source.js';
import { checksumOf, type MigrationClass, nameOf } from '../../src/database/migration-checksum.js';
import { migrateDatabase, PendingMigrations, refusePending } from '../../src/database/migrations.js';
import { DifferentPast } from '../../src/database/past.js';
import { restore } from '../support/released-data.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const e2787b4 = migrations.slice(0, 5);
const settings = ({ url }: TestDatabase) => ({ url, poolSize: 2 });

const migration = (name: string, ...statements: string[]): MigrationClass =>
  class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }
    down(): Promise<void> {
      return Promise.resolve();
    }
  };

describe('a database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const migrate = (list?: readonly MigrationClass[]) => migrateDatabase(settings(database), list);
  /** As a process does where MIGRATE_ON_START is off: by the role of the application, where there is one. */
  const refuse = async (list?: readonly MigrationClass[]) => {
    const role = await applicationRole(database.url);
    const dataSource = await new DataSource(typeOrmOptions({ ...settings(database), role })).initialize();
    try {
      await refusePending(dataSource, list);
    } finally {
      await dataSource.destroy();
    }
  };
  const rowsOf = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows;
  const checksums = () => rowsOf('select name, checksum from public.migration_checksums order by right(name, 13)');
  const expected = (list: readonly MigrationClass[]) =>
    Promise.all(list.map(async (one) => ({ name: nameOf(one), checksum: await checksumOf(one) })));
  const applied = () => rowsOf('select name from public.migrations order by id');

  describe('that this version has migrated', () => {
    it('has the checksum of each migration, and is not changed by the next start', async () => {
      expect(await migrate()).toEqual(migrations.map(nameOf));
      expect(await checksums()).toEqual(await expected(migrations));
      expect(await migrate()).toEqual([]);
      await expect(refuse()).resolves.toBeUndefined();
    });

    it('is migrated once by processes that start together', async () => {
      const names = await Promise.all([migrate(), migrate(), migrate()]);
      expect(names.flat()).toEqual(migrations.map(nameOf));
      expect(await checksums()).toEqual(await expected(migrations));
    });

    it('keeps neither a migration that fails nor its checksum', async () => {
      const failing = migration('Failing1900000000001', 'create table write.half ()', 'select 1 / 0');
      await expect(migrate([...migrations, failing])).rejects.toThrow('division by zero');
      expect(await checksums()).toEqual(await expected(migrations));
      const mended = migration('Failing1900000000001', 'create table write.half ()');
      expect(await migrate([...migrations, mended])).toEqual(['Failing1900000000001']);
      expect(await checksums()).toEqual(await expected([...migrations, mended]));
    });

    it('is refused by a version whose released migration was edited, and is not touched', async () => {
      const [first, second] = [1, 2].map((n) => migration(`Released190000000000${n}`, `create table write.t${n} ()`));
      await migrate([...migrations, first!]);
      const edited = migration('Released1900000000001', 'create table write.t1 () -- edited');
      for (const start of [migrate, refuse]) {
        await expect(start([...migrations, edited, second!])).rejects.toThrow(
          new DifferentPast('Released1900000000001', 'was applied with other SQL'),
        );
      }
      expect(await applied()).not.toContainEqual({ name: 'Released1900000000002' });
    });

    it('refuses a start that may not migrate while migrations are pending', async () => {
      await migrate(e2787b4.slice(0, 4));
      await expect(refuse()).rejects.toThrow(PendingMigrations);
    });
  });

  describe('that a later version has migrated', () => {
    const later = migration(
      'Later1900000000001',
      `create table write.later_journal (entry text);
       create table read.later_view (id uuid);
       create sequence write.later_number;
       create function write.later() returns int language sql as 'select 1'`,
    );
    const may = async (right: string) => (await rowsOf(`select ${right} as may`))[0]!['may'];
    const mayInsert = (table: string) =>
      may(`has_table_privilege('${APPLICATION_ROLE}', '${table}', 'insert, update, delete')`);

    it('is accepted by this one, which was rolled back to, and changes nothing', async () => {
      await migrate([...migrations, later]);
      expect(await migrate()).toEqual([]);
      await expect(refuse()).resolves.toBeUndefined();
      expect(await applied()).toHaveLength(migrations.length + 1);
      expect(await checksums()).toEqual(await expected([...migrations, later]));
    });

    it('keeps the rights that the later one gave and took', async () => {
      await migrate([...migrations, later]);
      await client.query(`revoke insert, update, delete on write.later_journal from ${APPLICATION_ROLE}`);
      await migrate();
      expect(await mayInsert('write.later_journal')).toBe(false);
      expect(await mayInsert('read.later_view')).toBe(true);
      expect(await may(`has_sequence_privilege('${APPLICATION_ROLE}', 'write.later_number', 'usage')`)).toBe(true);
    });

    it('gets the rights of the role where they were lost, as in a restored dump', async () => {
      await migrate([...migrations, later]);
      await client.query(`drop owned by ${APPLICATION_ROLE}`);
      expect(await applicationRole(database.url)).toBeUndefined();
      await migrate();
      expect(await applicationRole(database.url)).toBe(APPLICATION_ROLE);
      expect(await mayInsert('write.later_journal')).toBe(true);
      expect(await mayInsert('write.events')).toBe(false);
    });

    it('is refused where the other version is not a later one, but another', async () => {
      const besides = migration('Besides1700000250000', 'create table write.besides ()');
      await migrate([...migrations, besides].sort((a, b) => (nameOf(a).slice(-13) < nameOf(b).slice(-13) ? -1 : 1)));
      for (const start of [migrate, refuse]) {
        await expect(start(migrations)).rejects.toThrow(
          /migration Besides1700000250000 was applied and is none of this/,
        );
      }
    });
  });

  describe('of e2787b4, which noted no checksums,', () => {
    beforeEach(() => restore('e2787b4', database.url));

    it('is judged by its schema, and noted', async () => {
      expect(await migrate()).toEqual(migrations.slice(5).map(nameOf));
      expect(await checksums()).toEqual(await expected(migrations));
    });

    it('is judged but not changed by a start that may not migrate', async () => {
      await expect(refuse(e2787b4)).resolves.toBeUndefined();
      expect(await rowsOf(`select to_regclass('public.migration_checksums') as made`)).toEqual([{ made: null }]);
    });

    it.each([
      ['a dropped index', 'drop index write.dead_letters_stream', 'index write.dead_letters_stream is missing'],
      [
        'an edited function',
        `create or replace function write.complete_command(command uuid, held_epoch int) returns boolean
         language plpgsql security definer set search_path = write, pg_temp as $$ begin return true; end $$`,
        'function write.complete_command(uuid,integer) is another',
      ],
      ['a column more', 'alter table read.agenda add column note text', 'table read.agenda is another'],
      [
        'a trigger more',
        `create trigger quiet before insert on write.events
         execute function suppress_redundant_updates_trigger()`,
        'trigger quiet on write.events is not of it',
      ],
    ])('is refused for %s, and is not touched', async (_what, sql, wrong) => {
      await client.query(sql);
      for (const start of [migrate, refuse]) {
        await expect(start()).rejects.toThrow(
          new DifferentPast('Records1700000300000', `has no checksum, and its schema is not there: ${wrong}`),
        );
      }
      expect(await rowsOf(`select to_regclass('public.migration_checksums') as made`)).toEqual([{ made: null }]);
      expect(await applied()).toHaveLength(5);
    });
  });

  it('that e2787b4 left half migrated is judged by as much, and finished', async () => {
    await migrate(e2787b4.slice(0, 3));
    await client.query('drop table public.migration_checksums');
    expect(await migrate()).toEqual(migrations.slice(3).map(nameOf));
    expect(await checksums()).toEqual(await expected(migrations));
  });
});
