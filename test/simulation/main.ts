import { parseArgs } from 'node:util';
import { many } from './many.js';
import { Parts } from './parts.js';
import * as bugs from './planted-bugs.js';
import { simulate } from './simulation.js';

/**
 * `npm run simulate -- --seeds 10000 [--from 1]` runs many schedules, `--seed 4711` shows one of them; both with a bug in it where there
 * is `--bug FloorSkipped`. Exits with 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
  },
});

/** Whoever called this made a mistake. */
function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

const numberOf = (option: 'seed' | 'seeds' | 'from'): number => {
  const number = Number(values[option]);
  return Number.isSafeInteger(number) && number >= 0 ? number : refuse(`--${option} must be a whole number`);
};

const Bug = values.bug === undefined ? Parts : Object.entries(bugs).find(([name]) => name === values.bug)?.[1];
if (!Bug) refuse(`--bug must be one of ${Object.keys(bugs).join(', ')}`);
const traced = (seed: number) => simulate({ seed, isTraced: true, parts: new Bug() });

/** How many lines before the violation are shown of the traces of the first seeds that failed. */
const SHOWN_LINES = 60;
const SHOWN_SEEDS = 3;

async function showOne(seed: number): Promise<boolean> {
  const { violation, trace, steps, took } = await traced(seed);
  console.log(trace.join('\n'));
  console.log(`Seed ${seed}: ${steps} steps, ${(took / 1000).toFixed(1)} s of virtual time`);
  console.log(violation ? `${violation.invariant}: ${violation.message}` : 'All hold');
  return violation === undefined;
}

async function showMany(from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const { schedules, steps, virtualMs, failed } = await many(from, count, values.bug);
  const seconds = (performance.now() - began) / 1000;
  for (const { seed } of failed.slice(0, SHOWN_SEEDS)) {
    const { trace } = await traced(seed);
    console.log(`Seed ${seed}, the end of its trace:\n${trace.slice(-SHOWN_LINES).join('\n')}\n`);
  }
  for (const { seed, invariant, message } of failed) console.log(`Seed ${seed}: ${invariant}: ${message}`);
  const hours = (virtualMs / 3_600_000).toFixed(1);
  console.log(`${schedules} schedules, ${steps} steps, ${hours} h of virtual time in ${seconds.toFixed(1)} s`);
  console.log(failed.length === 0 ? 'All hold' : `${failed.length} failed: --seed shows one of them`);
  return failed.length === 0;
}

const holds =
  values.seed === undefined ? await showMany(numberOf('from'), numberOf('seeds')) : await showOne(numberOf('seed'));
process.exitCode = holds ? 0 : 1;
