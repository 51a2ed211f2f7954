import type { Build } from './builds.js';
import { RealProcess, type RealProcessOptions } from './process.js';

/** The processes of one suite: all of them end with it. */
export class Processes {
  private readonly all: RealProcess[] = [];

  constructor(private readonly databaseUrl: () => string) {}

  /** Returns when it listens. */
  async start(
    env: Readonly<Record<string, string>> = {},
    { build, ...options }: Omit<RealProcessOptions, 'env' | 'main'> & { readonly build?: Build } = {},
  ): Promise<RealProcess> {
    const started = new RealProcess({
      databaseUrl: this.databaseUrl(),
      ...options,
      ...(build && { main: build.main }),
      env,
    });
    this.all.push(started);
    await started.start();
    return started;
  }

  /** Kills what still runs. */
  async end(): Promise<void> {
    for (const one of this.all.splice(0)) await one.kill();
  }
}

export interface Ready {
  readonly status: number;
  readonly body: {
    readonly checks: Readonly<
      Record<
        'database' | 'migrations' | 'commands' | 'subscriptions',
        { readonly ok: boolean; readonly detail?: string; readonly degraded?: boolean }
      >
    >;
  };
}

/** What the process says of itself. */
export const readyOf = (api: RealProcess): Promise<Ready> => api.client().get('/health/ready');

export const isReady = async (api: RealProcess): Promise<boolean> => (await readyOf(api)).status === 200;

/** Lines of its log that match. */
export const linesOf = (api: RealProcess, pattern: RegExp): string[] =>
  api.stdout.split('\n').filter((line) => pattern.test(line));
