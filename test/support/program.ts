import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program of this project that ends by itself, as a process of its own. */
export class Program {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  readonly exit: Promise<number | null>;

  constructor(main: string, args: readonly string[], databaseUrl: string) {
    if (!existsSync(main)) throw new Error(`There is no ${main}: run \`npm run build\` first`);
    const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: databaseUrl, MIGRATE_ON_START: 'false' };
    this.child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exit = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
