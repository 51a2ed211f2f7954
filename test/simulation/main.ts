import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { simulate } from './simulation.js';

/** `npm run simulate -- --seeds 10000 [--from 1]`, or `--seed 4711` for one with its trace. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
  },
});

interface Tally {
  readonly schedules: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly failed: readonly { readonly seed: number; readonly invariant: string; readonly message: string }[];
}

/** Nearly everything that a schedule makes is garbage soon: room for it halves the time. */
const HEAP = ['--max-semi-space-size=32'];

// Errors are part of the game here, and where they were made is not.
Error.stackTraceLimit = 0;

/** How many lines before the violation are shown of the trace of each seed that failed. */
const SHOWN_LINES = 60;
const SHOWN_SEEDS = 3;

async function one(seed: number): Promise<boolean> {
  const { violation, trace, steps, took } = await simulate({ seed, isTraced: true });
  console.log(trace.join('\n'));
  console.log(`Seed ${seed}: ${steps} steps, ${(took / 1000).toFixed(1)} s of virtual time`);
  console.log(violation ? `${violation.invariant}: ${violation.message}` : 'All holds');
  return violation === undefined;
}

/** Every n-th seed from the first one on. */
async function some(first: number, count: number, every: number): Promise<Tally> {
  const failed: { seed: number; invariant: string; message: string }[] = [];
  let [schedules, steps, virtualMs] = [0, 0, 0];
  for (let seed = first; seed < first + count; seed += every, schedules++) {
    const verdict = await simulate({ seed });
    steps += verdict.steps;
    virtualMs += verdict.took;
    if (verdict.violation)
      failed.push({ seed, invariant: verdict.violation.invariant, message: verdict.violation.message });
  }
  return { schedules, steps, virtualMs, failed };
}

/** The same in a process of its own. */
function elsewhere(first: number, count: number, every: number): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(
      process.argv[1]!,
      ['--from', String(first), '--seeds', String(count), '--every', String(every)],
      { execArgv: [...process.execArgv, ...HEAP] },
    );
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('exit', (code) => reject(new Error(`A worker ended with ${code}`)));
  });
}

async function all(from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const workers = Math.min(availableParallelism(), count);
  const tallies = await Promise.all(Array.from({ length: workers }, (_, i) => elsewhere(from + i, count - i, workers)));
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const failed = tallies.flatMap((tally) => tally.failed).toSorted((a, b) => a.seed - b.seed);
  for (const { seed } of failed.slice(0, SHOWN_SEEDS)) {
    const { trace } = await simulate({ seed, isTraced: true });
    console.log(`\nSeed ${seed}, the end of its trace:\n${trace.slice(-SHOWN_LINES).join('\n')}`);
  }
  for (const { seed, invariant, message } of failed) console.log(`Seed ${seed}: ${invariant}: ${message}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const hours = (sum(({ virtualMs }) => virtualMs) / 3_600_000).toFixed(1);
  console.log(
    `${sum(({ schedules }) => schedules)} schedules, ${sum(({ steps }) => steps)} steps, ${hours} h of virtual time in ${seconds} s: ` +
      (failed.length === 0 ? 'all hold' : `${failed.length} failed. \`npm run simulate -- --seed N\` shows one`),
  );
  return failed.length === 0;
}

const [from, count, every] = [values.from, values.seeds, values.every].map(Number) as [number, number, number];
if (values.seed !== undefined) process.exitCode = (await one(Number(values.seed))) ? 0 : 1;
else if (process.send) {
  process.send(await some(from, count, every));
  process.disconnect();
} else process.exitCode = (await all(from, count)) ? 0 : 1;
