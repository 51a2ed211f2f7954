import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type CallerRole, type Client, clientOf } from './client.js';
import { until } from './until.js';

const MAIN = 'dist/src/main.js';

export interface RealProcessOptions {
  /** `main.js` of another build than this checkout's. */
  readonly main?: string;
  /** Flags of Node, such as those by which `npm start` bounds the heap. */
  readonly flags?: readonly string[];
  /** None: the embedded PostgreSQL. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built application as a process of its own, on a port of its own that it keeps when it is started again. */
export class RealProcess {
  private child: ChildProcess | undefined;
  private exit: Promise<Exit> | undefined;
  /** Everything it wrote, of all its starts. */
  stdout = '';
  stderr = '';
  url = '';

  constructor(private readonly options: RealProcessOptions) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  client(role?: CallerRole, patientId?: string): Client {
    return clientOf(this.url, role, patientId);
  }

  /** Returns when it listens. @throws Error when it ends instead. */
  async start(): Promise<void> {
    const { main = MAIN, flags = [] } = this.options;
    if (!existsSync(main)) throw new Error(`There is no ${main}: run \`npm run build\` first`);
    const seen = this.stdout.length;
    const port = this.url ? new URL(this.url).port : '0';
    const { databaseUrl, env } = this.options;
    const child = spawn(process.execPath, [...flags, main], {
      env: {
        ...(process.env['PATH'] && { PATH: process.env['PATH'] }),
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
        PORT: port,
        ...(databaseUrl && { DATABASE_URL: databaseUrl }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exit = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));

    const ready = new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        this.stdout += chunk.toString();
        const url = /listens on (http:\/\/\S+):/.exec(this.stdout.slice(seen))?.[1];
        if (url) resolve(url);
      });
    });
    const first = await Promise.race([ready, this.exit]);
    if (typeof first !== 'string') {
      throw new Error(
        `It ended with ${first.code ?? first.signal} instead of listening:\n${this.stdout}${this.stderr}`,
      );
    }
    this.url = first;
  }

  /** Waits until it is ready to take requests: its subscriptions run. */
  async ready(timeoutMs = 30_000): Promise<void> {
    await until(async () => (await fetch(new URL('/health/ready', this.url))).ok, timeoutMs);
  }

  /** Resolves when the process has ended by itself. */
  async ended(): Promise<Exit> {
    return this.exit ?? { code: null, signal: null };
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<Exit> {
    this.child?.kill('SIGTERM');
    return this.ended();
  }

  /** As a power cut: nothing of it runs another instruction. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  /** It runs no more until it is thawed, but keeps its connections: a machine that is suspended, or swaps. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }
}

export async function startRealProcess(options: RealProcessOptions): Promise<RealProcess> {
  const started = new RealProcess(options);
  await started.start();
  return started;
}
