import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedBinFor } from '../../src/database/embedded-folder.js';
import {
  accepts,
  accountForServer,
  type Cluster,
  createCluster,
  freePort,
  runningPostmaster,
  spawnServer,
  stopServer,
  urlOf,
} from '../../src/database/postgres-server.js';
import { until } from './until.js';

export interface PostgresOptions {
  /** Folder of another PostgreSQL's programs, such as Debian's /usr/lib/postgresql/15/bin. */
  readonly bin?: string | undefined;
  /** Durable unless said otherwise, as in production. */
  readonly durable?: boolean;
  /** Added to the name of its folder. */
  readonly label?: string;
  /** Where its folder is made, such as a small file system; else among the temporary files. */
  readonly within?: string;
  /** Of `initdb`. */
  readonly flags?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** A throw-away PostgreSQL server in a folder of its own. It keeps its port when it is started again. */
export class TestPostgres {
  private constructor(
    private readonly cluster: Cluster,
    private readonly root: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(options: PostgresOptions = {}): Promise<TestPostgres> {
    const { bin, durable = true, label = 'server', within = tmpdir(), flags = [] } = options;
    const root = mkdtempSync(join(within, `anamnesis-test-${process.pid}-${label}-`));
    chmodSync(root, 0o755);
    const account = accountForServer();
    const cluster = {
      folder: join(root, 'postgres'),
      bin: bin ?? process.env['TEST_POSTGRES_BIN'] ?? (await embeddedBinFor(account)),
      account,
    };
    const settings: Record<string, string> = { max_connections: '300', ...options.settings };
    if (!durable) Object.assign(settings, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
    await createCluster(cluster, '--no-sync', ...flags);
    stopWhenAbandoned(root);
    const server = new TestPostgres(cluster, root, await freePort(), settings);
    await server.start();
    return server;
  }

  /** URL of one of its databases, by default the one that is always there. */
  url(database = 'postgres'): string {
    return urlOf(this.cluster, this.port, database);
  }

  async start(): Promise<void> {
    const { ended } = spawnServer(this.cluster, this.port, this.settings);
    let gone = false;
    void ended.then(() => (gone = true));
    await until(async () => {
      if (gone) throw new Error(`PostgreSQL did not start: see ${this.cluster.folder}/log`);
      return accepts(this.url());
    }, 60_000);
  }

  /** Fast shutdown: clients are disconnected. */
  async stop(): Promise<void> {
    await this.signal('SIGINT');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** As if the power failed: nothing is flushed, the next start recovers from the log. */
  async kill(): Promise<void> {
    await this.signal('SIGQUIT');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const postmaster = runningPostmaster(this.cluster);
    if (postmaster) await stopServer(this.cluster, postmaster, signal);
  }
}

export const startPostgres = (options?: PostgresOptions): Promise<TestPostgres> => TestPostgres.start(options);

/** A test run that is killed takes its servers with it: the pipe to this shell closes with the run's process. */
function stopWhenAbandoned(root: string): void {
  const script = 'read -r _; kill -QUIT "$(head -n 1 "$1/postgres/data/postmaster.pid")" && sleep 1; rm -rf "$1"';
  const shell = spawn('sh', ['-c', script, 'sh', root], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  (shell.stdin as Socket).unref();
}
