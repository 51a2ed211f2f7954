import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { until } from './until.js';

/** A PostgreSQL cluster of our own in one folder: `data`, the owner's `password`, and the server's `log`. */
export interface Cluster {
  readonly folder: string;
  /** Folder of the programs `postgres` and `initdb`. */
  readonly bin: string;
  /** Who runs the server, where that is not the user of this process. */
  readonly account?: Account | undefined;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A server process, as its `postmaster.pid` names it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

const OWNER = 'anamnesis';
const ACCOUNT = 'postgres';

export const dataOf = (cluster: Cluster): string => join(cluster.folder, 'data');
export const logOf = (cluster: Cluster): string => join(cluster.folder, 'log');

/** PostgreSQL refuses to run as root. Then it runs as the system user `postgres`, which is made where there is none. */
export function accountForServer(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option: string) => Number(execFileSync('id', [option, ACCOUNT], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT]);
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** UTF-8 and code point order on every machine: from PostgreSQL 17 without the operating system's locales. */
function localeFlags({ bin }: Cluster): string[] {
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  const major = Number(/\) (\d+)/.exec(version)?.[1]);
  return major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C.UTF-8'];
}

/** Makes the cluster unless it is there. It appears whole or not at all, also when two processes try at once. */
export async function createCluster(cluster: Cluster, ...flags: readonly string[]): Promise<void> {
  if (existsSync(cluster.folder)) return;
  const draft: Cluster = { ...cluster, folder: `${cluster.folder}.${process.pid}.${randomBytes(4).toString('hex')}` };
  try {
    mkdirSync(draft.folder, { recursive: true, mode: 0o700 });
    const password = join(draft.folder, 'password');
    writeFileSync(password, randomBytes(18).toString('base64url'), { mode: 0o600 });
    if (cluster.account) {
      for (const path of [draft.folder, password]) chownSync(path, cluster.account.uid, cluster.account.gid);
    }
    await run(
      join(cluster.bin, 'initdb'),
      [
        `--pgdata=${dataOf(draft)}`,
        `--username=${OWNER}`,
        `--pwfile=${password}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        ...localeFlags(cluster),
        ...flags,
      ],
      cluster.account,
    );
    renameSync(draft.folder, cluster.folder);
  } catch (error) {
    rmSync(draft.folder, { recursive: true, force: true });
    // Another process was first: its cluster is as good as ours.
    if (!existsSync(cluster.folder)) throw error;
  }
}

export interface ServerProcess extends Postmaster {
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts a server on 127.0.0.1. It does not end with this process, nor with a Ctrl-C in its terminal: whoever starts it stops it.
 * Error messages in its log carry neither statements nor values, which may be personal data.
 */
export function spawnServer(cluster: Cluster, port: number, settings: Readonly<Record<string, string>>): ServerProcess {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...settings,
  };
  writeFileSync(portFileOf(cluster), String(port));
  const log = openSync(logOf(cluster), 'a', 0o600);
  const server = spawn(
    join(cluster.bin, 'postgres'),
    ['-D', dataOf(cluster), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...cluster.account, cwd: '/', detached: true, stdio: ['ignore', 'ignore', log] },
  );
  closeSync(log);
  server.unref();
  const ended = new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.once('exit', () => resolve());
  });
  return { pid: server.pid ?? 0, port, ended };
}

/** The server of this cluster that is there now. A `postmaster.pid` that a crash left behind names none. */
export function runningPostmaster(cluster: Cluster): Postmaster | undefined {
  const written = writtenPostmaster(cluster);
  return written && commandOf(written.pid).includes(dataOf(cluster)) ? written : undefined;
}

function writtenPostmaster(cluster: Cluster): Postmaster | undefined {
  try {
    const [pid, , , port] = readFileSync(pidFileOf(cluster), 'utf8').split('\n').map(Number);
    return pid && port ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a `postmaster.pid` whose process number belongs to a stranger by now, as after a reboot or in a new container:
 * PostgreSQL takes any live process of the same user for its own server, and would not start.
 */
export function removeStalePidFile(cluster: Cluster): void {
  const written = writtenPostmaster(cluster);
  if (written && isAlive(written.pid) && !runningPostmaster(cluster)) rmSync(pidFileOf(cluster), { force: true });
}

/** Stops the server: clients are disconnected, everything is on disk when this resolves. */
export async function stopServer(
  cluster: Cluster,
  { pid }: Postmaster,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<void> {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
  // Not until the process is gone: where nobody collects orphans, as in a container, it stays as a zombie without a command.
  await until(() => !commandOf(pid).includes(dataOf(cluster)), 60_000);
}

export const urlOf = (cluster: Cluster, port: number, database: string): string =>
  `postgres://${OWNER}:${readFileSync(join(cluster.folder, 'password'), 'utf8')}@127.0.0.1:${port}/${database}`;

/** Whether the server accepts connections. @throws when it answers, but not to us: another server took the port. */
export async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code?.startsWith('28')) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `preferred` if nobody listens there, else one that the system chooses. */
export async function freePort(preferred?: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(undefined));
      probe.listen(port, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
      });
    });
  const port = (preferred && (await tryPort(preferred))) || (await tryPort(0));
  if (!port) throw new Error('There is no free port on 127.0.0.1');
  return port;
}

/** The port of the last start, so that other tools keep their settings. */
export function rememberedPort(cluster: Cluster): number | undefined {
  return existsSync(portFileOf(cluster)) ? Number(readFileSync(portFileOf(cluster), 'utf8')) : undefined;
}

const portFileOf = (cluster: Cluster) => join(cluster.folder, 'port');
const pidFileOf = (cluster: Cluster) => join(dataOf(cluster), 'postmaster.pid');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Command line of a process, empty when there is none. */
function commandOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Runs a program of PostgreSQL to its end. @throws Error with the last line it wrote. */
async function run(program: string, args: readonly string[], account: Account | undefined): Promise<void> {
  const child = spawn(program, args, {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(said.trim().split('\n').at(-1) ?? `${program} ended with ${code}`)),
    );
  });
}
