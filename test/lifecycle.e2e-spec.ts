import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { RealProcess, type RealProcessOptions, startRealProcess } from './support/process.js';
import { createTestDatabase, databaseUrl, type TestDatabase } from './support/test-database.js';
import { until } from './support/until.js';

jest.setTimeout(90_000);

const running: RealProcess[] = [];
const start = async (options: RealProcessOptions) => {
  const api = await startRealProcess(options);
  running.push(api);
  return api;
};
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
});

describe('the built application on a PostgreSQL of its own', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('says where it listens and where Swagger UI is, in one line', async () => {
    const api = await start({ databaseUrl: database.url });
    expect(api.stdout).toBe(`Anamnesis listens on ${api.url}: try it in Swagger UI at ${api.url}/docs\n`);
    await api.ready();
  });

  it('answers every request that was under way when SIGTERM came, takes no more, and exits with 0', async () => {
    const api = await start({ databaseUrl: database.url });
    await api.ready();
    const agent = new Agent({ keepAlive: true });
    const answers: (number | undefined)[] = [];
    const failed: string[] = [];
    const ask = () =>
      new Promise<'answered' | 'refused' | 'failed'>((resolve) => {
        const fail = (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ECONNREFUSED') failed.push(error.message);
          resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'failed');
        };
        get(new URL('/health/ready', api.url), { agent }, (response) => {
          response.resume().once('error', fail);
          response.once('end', () => {
            answers.push(response.statusCode);
            resolve('answered');
          });
        }).once('error', fail);
      });
    const load = Array.from({ length: 32 }, async () => {
      while ((await ask()) !== 'refused');
    });
    await until(() => answers.length > 500);
    const exit = await api.stop();
    await Promise.all(load);
    agent.destroy();

    expect(new Set(answers)).toEqual(new Set([200]));
    expect(failed).toEqual([]);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(api.stderr).toBe('');
    expect(api.stdout.match(/"level":"(error|fatal)".*/g)).toBeNull();
  });

  it('is not held up by a connection that is kept alive', async () => {
    const api = await start({ databaseUrl: database.url });
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => get(api.url, { agent }, (response) => response.resume().once('end', resolve)));
    const since = Date.now();
    expect((await api.stop()).code).toBe(0);
    expect(Date.now() - since).toBeLessThan(10_000);
    agent.destroy();
  });

  it.each([
    ['nothing', ''],
    ['half of its headers', 'GET /health/live HTTP/1.1\r\nHost: '],
    [
      'half of its body',
      'POST /dev/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ],
  ])('is not held up by a connection that sent %s, and gives back what it held', async (_what, sent) => {
    const api = await start({ databaseUrl: database.url, env: { SHUTDOWN_TIMEOUT_MS: '9000' } });
    await api.ready();
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(sent);
    await pause(100);
    expect(await api.stop()).toEqual({ code: 0, signal: null });
    socket.destroy();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query('select name from write.subscriptions where owner is not null');
    await client.end();
    expect(rows).toEqual([]);
  });

  it('starts in production, where nobody can mint a token', async () => {
    const issuer = 'https://login.example.org';
    const api = await start({
      databaseUrl: database.url,
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        OIDC_ISSUER: issuer,
        OIDC_AUDIENCE: 'anamnesis',
        OIDC_JWKS_URL: `${issuer}/jwks`,
      },
    });
    await api.ready();
    const minting = await fetch(new URL('/dev/token', api.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"role":"admin"}',
    });
    expect(minting.status).toBe(404);
  });

  describe('stops with one line that names the variable when', () => {
    const refusal = async (options: RealProcessOptions) => {
      const api = new RealProcess(options);
      await expect(api.start()).rejects.toThrow('It ended with 1 instead of listening');
      expect(api.stdout).toBe('');
      return api.stderr;
    };

    it('a setting is wrong', async () => {
      expect(await refusal({ databaseUrl: database.url, env: { PORT: 'http' } })).toBe(
        'PORT must be a whole number from 0 to 65535, not "http"\n',
      );
    });

    it('a setting that production needs is missing', async () => {
      expect(await refusal({ databaseUrl: database.url, env: { NODE_ENV: 'production' } })).toMatch(
        /^OIDC_ISSUER is missing.*\n$/,
      );
    });

    it('the database cannot be reached', async () => {
      expect(await refusal({ databaseUrl: 'postgres://localhost:1/none' })).toMatch(
        /^DATABASE_URL .*ECONNREFUSED.*\n$/,
      );
    });

    it('the password of the database is wrong, without saying it', async () => {
      const url = new URL(database.url);
      url.password = 'wrong-horse';
      const said = await refusal({ databaseUrl: url.href });
      expect(said).toMatch(/^DATABASE_URL .*authentication failed.*\n$/);
      expect(said).not.toContain('wrong-horse');
    });

    it('the database does not exist', async () => {
      expect(await refusal({ databaseUrl: databaseUrl(database.url, 'nowhere') })).toMatch(
        /^DATABASE_URL .*"nowhere" does not exist\n$/,
      );
    });

    it('the port is taken', async () => {
      const first = await start({ databaseUrl: database.url });
      const { port } = new URL(first.url);
      expect(await refusal({ databaseUrl: database.url, env: { PORT: port } })).toBe(
        `PORT ${port} is taken by another program: choose another one\n`,
      );
    });

    it('migrations are pending that it may not apply', async () => {
      const empty = databaseUrl(database.url, 'postgres');
      expect(await refusal({ databaseUrl: empty, env: { MIGRATE_ON_START: 'false' } })).toMatch(
        /^MIGRATE_ON_START .*npm run migrate.*\n$/,
      );
    });
  });
});

describe('the built application on its embedded PostgreSQL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anamnesis-lifecycle-'));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const startOne = () => start({ env: { DATA_FOLDER: folder } });
  const postmaster = () => readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0];

  it('adopts the server that a killed process left behind', async () => {
    const api = await startOne();
    const server = postmaster();
    await api.restart();
    expect(postmaster()).toBe(server);
    await api.ready();
  });

  it('starts twice at once, on one server, which the last one stops', async () => {
    const [first, second] = await Promise.all([startOne(), startOne()]);
    const server = postmaster();
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(postmaster()).toBe(server);
    await second.ready();
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(postmaster).toThrow('ENOENT');
  });
});
