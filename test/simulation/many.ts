import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Failed {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
}

export interface Tally {
  readonly schedules: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly failed: readonly Failed[];
}

/** Nearly everything that a schedule makes is garbage soon: room for it halves the time. */
const HEAP = ['--max-semi-space-size=32'];

/** Runs seeds in as many processes as there are cores: what is wrong with a seed is so in any of them. */
export async function many(from: number, count: number, bug?: string): Promise<Tally> {
  const processes = Math.min(availableParallelism(), count);
  const tallies = await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      elsewhere({ first: from + i, before: from + count, every: processes, bug }),
    ),
  );
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    schedules: sum(({ schedules }) => schedules),
    steps: sum(({ steps }) => steps),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    failed: tallies.flatMap(({ failed }) => failed).toSorted((a, b) => a.seed - b.seed),
  };
}

/** Every n-th seed from the first one on. */
export interface Errand {
  readonly first: number;
  readonly before: number;
  readonly every: number;
  readonly bug: string | undefined;
}

function elsewhere(errand: Errand): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
    const child = fork(worker, [JSON.stringify(errand)], { execArgv: [...process.execArgv, ...HEAP] });
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('exit', (code) => reject(new Error(`A process of the simulation ended with ${code}`)));
  });
}
