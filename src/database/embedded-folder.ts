import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { embeddedPostgresBin } from './postgres-binaries.js';
import { type Account, accountForServer, type Cluster } from './postgres-server.js';

/** Where root's embedded server lives when the system user `postgres` cannot reach the project's own folder, as in /root. */
const REACHABLE = '/var/lib/anamnesis';

/**
 * The cluster in `DATA_FOLDER/postgres`. Where its account cannot reach that folder, a link there leads to a reachable one; where it
 * cannot reach the programs, it gets a copy. `say` hears of it.
 */
export async function embeddedCluster(dataFolder: string, say: (line: string) => void): Promise<Cluster> {
  const account = accountForServer();
  const bin = await embeddedBinFor(account);
  mkdirSync(dataFolder, { recursive: true });
  const folder = resolve(dataFolder, 'postgres');
  return account ? { folder: reachableFolder(folder, account, say), bin, account } : { folder, bin };
}

/** Folder of the programs that come with the application, or of a copy where the account cannot reach them, as in /root. */
export async function embeddedBinFor(account: Account | undefined): Promise<string> {
  const bin = await embeddedPostgresBin();
  return account ? reachableBin(bin, account) : bin;
}

function reachableFolder(folder: string, account: Account, say: (line: string) => void): string {
  if (!isLink(folder)) {
    if (existsSync(folder) || reaches(account, dirname(folder))) return folder;
    makeReachable(REACHABLE);
    linkUnlessThere(join(REACHABLE, `data-${randomBytes(4).toString('hex')}`), folder);
  }
  const target = readlinkSync(folder);
  say(`The user postgres cannot reach ${folder}: the data is in ${target}`);
  return target;
}

/** Another process may make the link first: then its target is the one. */
function linkUnlessThere(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (!isLink(path)) throw error;
  }
}

function reachableBin(bin: string, account: Account): string {
  if (reaches(account, join(bin, 'postgres'))) return bin;
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1);
  const copy = join(REACHABLE, `postgresql-${version}`);
  if (!existsSync(copy)) {
    makeReachable(REACHABLE);
    const draft = `${copy}.${process.pid}`;
    cpSync(dirname(bin), draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', draft]);
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return join(copy, 'bin');
}

const makeReachable = (folder: string) => execFileSync('install', ['-d', '-m', '755', folder]);

/** Whether the account may run the file, or go through the folder, with all the folders above it. */
const reaches = (account: Account, path: string): boolean =>
  spawnSync('test', ['-x', path], { ...account, cwd: '/' }).status === 0;

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
