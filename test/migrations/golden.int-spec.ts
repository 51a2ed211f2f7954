import { globSync } from 'node:fs';
import { basename } from 'node:path';
import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { goldenFile, goldenSchema } from '../../src/database/golden-schema.js';
import { type MigrationClass, nameOf } from '../../src/database/migration-checksum.js';
import { difference, listingOf, objectsOf, schemaObjects } from '../../src/database/schema-listing.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { replay } from './replay.js';

/** The same migration, which sends other SQL where `edit` changes a statement. */
function edited(Migration: MigrationClass, edit: (sql: string) => string): MigrationClass {
  return class extends Migration {
    override readonly name = nameOf(Migration);

    override async up(runner: QueryRunner): Promise<void> {
      await super.up({ query: (sql: string) => runner.query(edit(sql)) as Promise<unknown> } as QueryRunner);
    }
  };
}

/** Works in one transaction that is taken back. */
async function inPassing<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('each migration has a golden dump of the schema after it', () => {
  it('which a replay from an empty database meets', async () => {
    expect(await replay(migrations)).toEqual(Object.fromEntries(migrations.map((one) => [nameOf(one), undefined])));
  });

  it('and no dump is left of a migration that is gone', () => {
    const files = migrations.map((one) => goldenFile(nameOf(one)));
    expect(
      globSync('migrations/golden/*.sql')
        .map((file) => basename(file))
        .sort(),
    ).toEqual(files.map((file) => basename(file)).sort());
  });

  it.each<[string, number, (sql: string) => string, string]>([
    ['a column', 1, (sql) => sql.replace('stream_type text not null', 'stream_type text'), 'table write.streams'],
    ['a fill factor', 1, (sql) => sql.replace('fillfactor = 80', 'fillfactor = 90'), 'table write.streams'],
    [
      'the cache of a sequence',
      1,
      (sql) => sql.replace('event_position cache 1', 'event_position cache 10'),
      'sequence write.event_position',
    ],
    ['a constraint', 1, (sql) => sql.replace("'refused', ", ''), 'constraint pending_commands_status_check'],
    [
      'an index',
      1,
      (sql) => sql.replace(`(due_at) where status = 'pending'`, '(due_at)'),
      'index write.pending_commands_due',
    ],
    [
      'the body of a function',
      1,
      (sql) => sql.replace('epoch = held_epoch and status', 'status'),
      'function write.complete_command(uuid,integer)',
    ],
    [
      'the comment in a function',
      3,
      (sql) => sql.replace('-- Those are', '-- These are').replace('as enter_calendars', 'As enter_calendars'),
      'function write.take_time',
    ],
    [
      'a collation',
      2,
      (sql) => sql.replace('word       text collate "C" not null', 'word       text not null'),
      'table read.patient_name_word',
    ],
    ['a type', 3, (sql) => sql.replace(`'buffer', 'block')`, `'block', 'buffer')`), 'type write.allocation_kind'],
  ])('so %s that a released migration would make otherwise is found', async (_what, n, edit, object) => {
    const found = await replay(migrations.slice(0, n + 1).map((one, i) => (i === n ? edited(one, edit) : one)));
    const name = nameOf(migrations[n]!);
    const { [name]: wrong, ...rest } = found;
    expect(wrong).toMatch(/ is another$/);
    expect(wrong).toContain(object);
    expect(Object.values(rest)).toEqual(Array(n).fill(undefined));
  });
});

describe('a listing of the schema', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createTestDatabase()));
  afterAll(() => database.drop());

  const golden = () => goldenSchema(nameOf(migrations.at(-1)!))!;
  const after = (sql: string) =>
    inPassing(database.url, async (client) => {
      await client.query(sql);
      const listed = await schemaObjects({ query: async (text) => (await client.query(text)).rows });
      return difference(golden(), listed);
    });

  it('is read back as it was written', () => {
    expect(objectsOf(listingOf(golden()))).toEqual(golden());
  });

  it.each([
    ['a dropped index', 'drop index write.pending_commands_due', 'index write.pending_commands_due is missing'],
    [
      'a dropped constraint',
      'alter table write.resource_allocations drop constraint no_double_booking',
      'constraint no_double_booking on write.resource_allocations is missing',
    ],
    [
      'a trigger more',
      'create trigger noticed before insert on write.events execute function suppress_redundant_updates_trigger()',
      'trigger noticed on write.events is not of it',
    ],
    ['an index more', 'create index hasty on write.events (event_id)', 'index write.hasty is not of it'],
    ['a view more', 'create view read.everything as select * from read.agenda', 'view read.everything is not of it'],
    [
      'a function that works as its caller',
      'alter function write.advance security invoker',
      'function write.advance(text,bigint,bigint,integer) is another',
    ],
    [
      'a constraint that is not validated',
      "alter table write.prescribing_facts drop constraint prescribing_facts_kind_check; alter table write.prescribing_facts add constraint prescribing_facts_kind_check check (kind in ('medication', 'allergy')) not valid",
      'constraint prescribing_facts_kind_check on write.prescribing_facts is another',
    ],
  ])('tells %s', async (_what, sql, difference) => {
    expect(await after(sql)).toBe(difference);
  });

  it.each([
    [
      'what an operator has set for the vacuum',
      'alter table write.subscriptions set (autovacuum_vacuum_scale_factor = 0.01)',
    ],
    ['another extension', 'create extension pg_stat_statements with schema public'],
    ['other owners and rights', 'create role "other owner"; alter table write.events owner to "other owner"'],
    [
      'settings of the session',
      `set local search_path to write, read, public; set local timezone to 'Asia/Kolkata'; set local quote_all_identifiers to on`,
    ],
  ])('leaves %s alone', async (_what, sql) => {
    expect(await after(sql)).toBeUndefined();
  });

  it('knows every kind of thing that is there', () =>
    inPassing(database.url, async (client) => {
      const { rows } = await client.query<{ kind: string }>(`
        select distinct 'relation ' || relkind::text as kind from pg_class where relnamespace in ('write'::regnamespace, 'read'::regnamespace)
        union select distinct 'type ' || typtype::text from pg_type where typnamespace in ('write'::regnamespace, 'read'::regnamespace)
        union select 'policy' from pg_policy union select 'rule' from pg_rewrite join pg_class on pg_class.oid = ev_class where relkind = 'r'
        union select 'aggregate' from pg_proc where pronamespace in ('write'::regnamespace, 'read'::regnamespace) and prokind = 'a'`);
      const known = ['relation S', 'relation i', 'relation r', 'type b', 'type c', 'type e', 'type m', 'type r'];
      expect(rows.map(({ kind }) => kind).filter((kind) => !known.includes(kind))).toEqual([]);
    }));
});
