import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { migrateDatabase } from '../../src/database/migrations.js';
import { startTestApp } from '../support/app.js';
import { RealProcess } from '../support/process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

class Later1900000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table write.later (id uuid primary key)');
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the start', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createTestDatabase()));
  afterEach(() => database.drop());

  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  it.each(['true', 'false'])(
    'of a build that was rolled back to is ready on the newer database (MIGRATE_ON_START=%s)',
    async (MIGRATE_ON_START) => {
      await migrateDatabase({ url: database.url, poolSize: 2 }, [...migrations, Later1900000000001]);
      const app = await startTestApp({ databaseUrl: database.url, env: { MIGRATE_ON_START } });
      try {
        await until(async () => (await app.client().get('/health/ready')).status === 200);
        const registered = await app
          .client('receptionist')
          .post(
            '/v1/patients',
            { name: { family: 'Back' }, birthDate: '1980-02-29', gender: 'other', identifiers: [] },
            { prefer: 'return=representation' },
          );
        expect(registered).toMatchObject({ status: 201, body: { name: { family: 'Back' } } });
      } finally {
        await app.close();
      }
    },
  );

  it('is refused in one line where a migration was applied with other SQL, whatever may migrate', async () => {
    await query(`update public.migration_checksums set checksum = 'edited' where name = 'Patients1700000100000'`);
    const line =
      'The database has another past than this version: migration Patients1700000100000 was applied with other SQL. ' +
      'Nothing was changed. Run the version that migrated this database, or restore a backup\n';
    for (const MIGRATE_ON_START of ['true', 'false']) {
      const api = new RealProcess({ databaseUrl: database.url, env: { MIGRATE_ON_START } });
      await expect(api.start()).rejects.toThrow('It ended with 1 instead of listening');
      expect(api.stdout + api.stderr).toBe(line);
    }
    const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: database.url };
    const migrate = run(process.execPath, ['dist/src/database/migrate.js'], { env });
    await expect(migrate).rejects.toMatchObject({ code: 1, stdout: '', stderr: line });
  }, 60_000);

  it('is refused in one line where the schema of a database without checksums is another', async () => {
    await query('drop table public.migration_checksums; drop index write.dead_letters_stream');
    const api = new RealProcess({ databaseUrl: database.url });
    await expect(api.start()).rejects.toThrow('It ended with 1 instead of listening');
    expect(api.stdout + api.stderr).toMatch(
      /^The database has another past[^\n]+: index write\.dead_letters_stream is missing\. [^\n]+\n$/,
    );
  });
});
