import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { administer } from '../../test/support/test-database.js';
import { until } from '../../test/support/until.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { freePort } from './postgres-server.js';

describe('the embedded PostgreSQL', () => {
  let folder: string;
  const open: EmbeddedPostgres[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anamnesis-embedded-'));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    for (const user of open.splice(0)) await user.close();
    expect(isRunning()).toBe(false);
    rmSync(folder, { recursive: true });
  });

  const start = async () => {
    const user = await EmbeddedPostgres.open(folder);
    open.push(user);
    return user;
  };
  const pidFile = () => join(folder, 'postgres/data/postmaster.pid');
  const postmaster = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);
  const isRunning = () => existsSync(pidFile());
  const ask = async (url: string, question: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(question);
    await client.end();
    return rows;
  };

  it('is durable, and keeps its data and its port from one start to the next', async () => {
    const first = await start();
    await administer(first.url, 'create table kept (at int)', 'insert into kept values (1)');
    expect(await ask(first.url, `select current_setting('fsync') f, current_setting('synchronous_commit') s`)).toEqual([
      { f: 'on', s: 'on' },
    ]);
    await first.close();
    expect(isRunning()).toBe(false);

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select at from kept')).toEqual([{ at: 1 }]);
  });

  it('is one server for all who start at once, and stops with the last of them', async () => {
    const users = await Promise.all([start(), start(), start()]);
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
    await users[0]?.close();
    await users[2]?.close();
    expect(await ask(users[1]?.url ?? '', 'select 1 as it')).toEqual([{ it: 1 }]);
  });

  it('is stopped once when its last users leave together', async () => {
    const users = await Promise.all([start(), start()]);
    await Promise.all(users.map((user) => user.close()));
    expect(isRunning()).toBe(false);
  });

  it('is started by whoever comes while it stops', async () => {
    const leaving = await start();
    const [, coming] = await Promise.all([leaving.close(), start()]);
    expect(await ask(coming.url, 'select 1 as it')).toEqual([{ it: 1 }]);
  });

  it('recovers when the server was killed, and its pid file remains', async () => {
    const first = await start();
    await administer(first.url, 'create table kept (at int)', 'insert into kept values (1)');
    process.kill(postmaster(), 'SIGKILL');

    const second = await start();
    expect(await ask(second.url, 'select at from kept')).toEqual([{ at: 1 }]);
  });

  it('replaces a pid file whose number belongs to another process by now', async () => {
    await (await start()).close();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore', ...owner() });
    const data = join(folder, 'postgres/data');
    writeFileSync(pidFile(), `${stranger.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n`);
    try {
      const { url } = await start();
      expect(postmaster()).not.toBe(stranger.pid);
      expect(await ask(url, 'select 1 as it')).toEqual([{ it: 1 }]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('is started again under its users when it dies', async () => {
    const user = await start();
    const first = postmaster();
    process.kill(first, 'SIGQUIT');
    await until(() => isRunning() && postmaster() !== first);
    await until(() =>
      ask(user.url, 'select 1 as it').then(
        () => true,
        () => false,
      ),
    );
  });

  describe('that died and cannot start', () => {
    let said: string[];
    let user: EmbeddedPostgres;
    beforeEach(async () => {
      said = [];
      user = await EmbeddedPostgres.open(folder, (line) => said.push(line));
      open.push(user);
      said = [];
    });

    const data = () => join(folder, 'postgres/data');
    const away = () => join(folder, 'postgres/data-away');
    const die = async () => {
      const first = postmaster();
      renameSync(data(), away());
      process.kill(first, 'SIGQUIT');
      await until(() => said.length > 0);
    };
    const answers = () =>
      ask(user.url, 'select 1 as it').then(
        () => true,
        () => false,
      );

    it('is tried until it can, and says so once, and once that it runs', async () => {
      await die();
      // longer than the starts that are tried in a row
      await pause(3000);
      expect(said).toEqual([expect.stringContaining(join(folder, 'postgres/log'))]);
      expect(await answers()).toBe(false);
      renameSync(away(), data());
      await until(answers);
      await until(() => said.length > 1);
      expect(said.slice(1)).toEqual([expect.stringContaining('runs again')]);
    });

    it('waits for its port, which all users know', async () => {
      const port = Number(new URL(user.url).port);
      await die();
      await until(async () => (await freePort(port)) === port);
      const stranger = createServer().listen(port, '127.0.0.1');
      await once(stranger, 'listening');
      renameSync(away(), data());
      await pause(1500);
      expect(isRunning()).toBe(false);
      stranger.close();
      await until(answers);
      expect(Number(new URL(user.url).port)).toBe(port);
    });

    it('lets its user leave', async () => {
      await die();
      await user.close();
      renameSync(away(), data());
      rmSync(pidFile(), { force: true });
    });
  });

  it('keeps values out of its log', async () => {
    const { url } = await start();
    await administer(url, 'create table people (name text unique)', `insert into people values ('Ada Lovelace')`);
    await expect(administer(url, `insert into people values ('Ada Lovelace')`)).rejects.toThrow('people_name_key');
    const log = readFileSync(join(folder, 'postgres/log'), 'utf8');
    expect(log).toContain('people_name_key');
    expect(log).not.toContain('Ada');
  });

  /** Who runs the server: to PostgreSQL, only a process of the same user can be its own. */
  const owner = () =>
    process.getuid?.() === 0
      ? { uid: Number(execFileSync('id', ['-u', 'postgres'])), gid: Number(execFileSync('id', ['-g', 'postgres'])) }
      : {};
});
