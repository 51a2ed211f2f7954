import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { embeddedCluster } from './embedded-folder.js';
import { reasonOf } from './fitness.js';
import {
  type Cluster,
  createCluster,
  freePort,
  logOf,
  type Postmaster,
  rememberedPort,
  removeStalePidFile,
  runningPostmaster,
  spawnServer,
  stopServer,
  urlOf,
} from './postgres-server.js';
import { until } from './until.js';

const DATABASE = 'anamnesis';
/** Held shared by every process that uses the server, and alone by the one that stops it. */
const USERS = [0x616e616d, 2] as const;
const START_TIMEOUT_MS = 60_000;
/** Starts of a server that ends at once, before somebody is told. */
const STARTS = 3;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

const settings = {
  shared_buffers: '256MB',
  max_connections: '200',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
};

/**
 * The PostgreSQL that comes with the application, for use without an administrator. It is durable, outlives a killed process, and is
 * shared: the first process starts it, the next ones adopt it, the last to close stops it. Each user holds a session advisory
 * lock, so that users who were killed do not count.
 */
export class EmbeddedPostgres {
  private readonly closing = new AbortController();
  private joining: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: Cluster,
    private session: Session,
    private readonly say: (line: string) => void,
  ) {
    this.keepRunning();
  }

  /** @param say hears of each change: where the data is, that the server is gone, that it runs again */
  static async open(dataFolder: string, say: (line: string) => void = () => undefined): Promise<EmbeddedPostgres> {
    const cluster = await embeddedCluster(dataFolder, say);
    await createCluster(cluster);
    const session = await join(cluster);
    await session.client.query(`create database ${DATABASE}`).catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError && ALREADY_THERE.has(error.code ?? ''))) throw error;
    });
    return new EmbeddedPostgres(cluster, session, say);
  }

  get url(): string {
    return urlOf(this.cluster, this.session.port, DATABASE);
  }

  /** Leaves the server to its other users, or stops it when there are none. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.joining;
    const { client } = this.session;
    const alone = await isLastUser(client).catch(() => false);
    const postmaster = alone && runningPostmaster(this.cluster);
    if (postmaster) await stopServer(this.cluster, postmaster);
    await client.end().catch(() => undefined);
  }

  /** If the server dies under its users, the first to see it starts it again, on the port that all of them know. */
  private keepRunning(): void {
    void this.session.ended.then(() => {
      if (!this.closing.signal.aborted) this.joining = this.rejoin();
    });
  }

  /** As long as it takes: what is in the way of the server, such as a full disk, may be gone at any time. */
  private async rejoin(): Promise<void> {
    const { signal } = this.closing;
    const before = this.session;
    let told = false;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        this.session = await join(this.cluster, before.port);
        if (told || this.session.pid !== before.pid) this.tellThatItRuns(before);
        this.keepRunning();
        return;
      } catch (error) {
        if (!told && !signal.aborted) {
          this.say(
            `The embedded PostgreSQL is gone, and cannot be started: ${reasonOf(error)}. ` +
              `Its log is ${logOf(this.cluster)}. It is tried until it runs.`,
          );
          told = true;
        }
        await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private tellThatItRuns(before: Session): void {
    const { port } = this.session;
    this.say(
      port === before.port
        ? `The embedded PostgreSQL was gone, and runs again. Its log is ${logOf(this.cluster)}.`
        : `The embedded PostgreSQL runs on port ${port} now, no more on ${before.port}: start this process again.`,
    );
  }
}

/** duplicate_database, or unique_violation when two create it at the same moment. */
const ALREADY_THERE = new Set(['42P04', '23505']);

interface Session extends Postmaster {
  readonly client: pg.Client;
  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>;
}

/**
 * Becomes a user of the running server, starting it where there is none. Any number of processes may do so at once.
 * @param port the only one to start it on; by default that of the last start, else a free one
 */
async function join(cluster: Cluster, port?: number): Promise<Session> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let attempts = 0;
  while (Date.now() < deadline) {
    const postmaster = runningPostmaster(cluster);
    if (postmaster) {
      const user = await use(urlOf(cluster, postmaster.port, 'postgres'));
      if (user) return { ...postmaster, ...user };
    } else {
      if (++attempts > STARTS) break;
      await startServer(cluster, port);
    }
    await pause(50);
  }
  throw new Error(`the embedded PostgreSQL does not start: ${lastLineOf(logOf(cluster))}`);
}

/** Returns when a server is there or this one has failed. Of several that start at once, PostgreSQL lets one live. */
async function startServer(cluster: Cluster, only?: number): Promise<void> {
  removeStalePidFile(cluster);
  const port = await freePort(only ?? rememberedPort(cluster));
  if (only !== undefined && port !== only) throw new Error(`another program listens on its port ${only}`);
  const { ended } = spawnServer(cluster, port, settings);
  let over = false;
  void ended.then(() => (over = true));
  await until(() => over || runningPostmaster(cluster) !== undefined, START_TIMEOUT_MS);
}

/** A session that counts as a user; none while the server starts, recovers or stops. */
async function use(url: string): Promise<Pick<Session, 'client' | 'ended'> | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'anamnesis user of the server',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1, $2)', [...USERS]);
    return { client, ended };
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
}

/** Gives up this session's use; true when nobody else has one, and then nobody gets one any more. */
async function isLastUser(client: pg.Client): Promise<boolean> {
  await client.query('select pg_advisory_unlock_shared($1, $2)', [...USERS]);
  const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1, $2) as alone', [...USERS]);
  return rows[0]?.alone ?? false;
}

function lastLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return `see ${file}`;
  }
}
