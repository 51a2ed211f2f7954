import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { embeddedBinFor } from '../../src/database/embedded-folder.js';
import { accountForServer } from '../../src/database/postgres-server.js';
import { Load } from '../support/load.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { RealProcess } from '../support/process.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

const POSTGRES_15 = '/usr/lib/postgresql/15/bin';
const USERS = 12;
const seed = Random.seed();
const run = promisify(execFile);

const installed = existsSync(join(POSTGRES_15, 'pg_dump'));
if (!installed) {
  process.stderr.write(
    `NOT RUN: dump and restore, as PostgreSQL 15 is not in ${POSTGRES_15} (Debian: postgresql-15)\n`,
  );
}

(installed ? describe : describe.skip)(`a database that is dumped and restored (SEED=${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-dump-'));
  const servers: TestPostgres[] = [];
  const processes: RealProcess[] = [];
  let load: Load;

  afterAll(async () => {
    await load?.abandon();
    for (const api of processes) await api.kill();
    for (const server of servers) await server.remove();
    rmSync(folder, { recursive: true });
  });

  const freshDatabase = async (bin: string) => {
    const server = await startPostgres({ bin, durable: false, label: 'dump' });
    servers.push(server);
    await administer(server.url(), 'create database anamnesis');
    return server.url('anamnesis');
  };
  const startApi = async (databaseUrl: string) => {
    const api = new RealProcess({ databaseUrl, env: { MIGRATE_ON_START: 'false' } });
    processes.push(api);
    await api.start();
    await until(async () => (await api.client().get('/health/ready')).status === 200);
    return api;
  };
  const migrate = (databaseUrl: string) =>
    run(process.execPath, ['dist/src/database/migrate.js'], { env: { ...process.env, DATABASE_URL: databaseUrl } });
  const pg15 = (program: string, ...options: string[]) => run(join(POSTGRES_15, program), options);

  it('goes on where it was: on another PostgreSQL 15, and from there on 18', async () => {
    const first = await freshDatabase(POSTGRES_15);
    await migrate(first);
    const running = [await startApi(first)];
    load = new Load(running, seed);
    const { ledger } = load;
    await load.start(USERS);
    await load.goOn(150);

    // Killed, so that the dump holds work in progress: events not yet projected, commands and timers not yet done. The clients go on
    // asking, and get the answers of what they sent to the first server from the one that takes its place.
    const moveTo = async (bin: string, move: (from: string, to: string) => Promise<void>, from: string) => {
      const [api] = running.splice(0);
      await api!.kill();
      const to = await freshDatabase(bin);
      await move(from, to);
      await migrate(to);
      const known = ledger.acknowledged.length;
      const highest = Math.max(...ledger.acknowledged.map(({ position }) => position));
      running.push(await startApi(to));

      // Tokens from before are satisfied, and what is new has higher positions. Only what was under way may come with an older one.
      const receptionist = running[0]!.client('receptionist');
      const read = await receptionist.get('/v1/patients', { 'consistency-token': String(highest) });
      expect(read.status).toBe(200);
      await load.goOn(80);
      const later = ledger.acknowledged.slice(known).map(({ position }) => position);
      expect(later.filter((position) => position > highest).length).toBeGreaterThanOrEqual(80 - USERS);
      return to;
    };

    const second = await moveTo(
      POSTGRES_15,
      async (from, to) => {
        const file = join(folder, 'custom.dump');
        await pg15('pg_dump', '--format=custom', `--file=${file}`, from);
        await pg15('pg_restore', '--exit-on-error', '--no-owner', '--no-privileges', `--dbname=${to}`, file);
      },
      first,
    );
    const third = await moveTo(
      await embeddedBinFor(accountForServer()),
      async (from, to) => {
        const file = join(folder, 'plain.sql');
        await pg15('pg_dump', '--format=plain', '--no-owner', '--no-privileges', `--file=${file}`, from);
        await pg15('psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--file=${file}`, `--dbname=${to}`);
      },
      second,
    );
    await load.stop();
    await promisesHold(third, ledger);
    expect(ledger.lost.length).toBeGreaterThan(0);
  }, 180_000);
});
