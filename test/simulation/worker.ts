import type { Errand, Failed, Tally } from './many.js';
import { Parts } from './parts.js';
import * as bugs from './planted-bugs.js';
import { simulate } from './simulation.js';

/** A process of `many`: runs its seeds, and sends what came of them. */

// Errors are part of the game here, and where they were made is not.
Error.stackTraceLimit = 0;

const { first, before, every, bug } = JSON.parse(process.argv[2]!) as Errand;
const Bug = Object.entries(bugs).find(([name]) => name === bug)?.[1] ?? Parts;

async function run(): Promise<Tally> {
  const failed: Failed[] = [];
  let [schedules, steps, virtualMs] = [0, 0, 0];
  for (let seed = first; seed < before; seed += every) {
    const verdict = await simulate({ seed, parts: new Bug() });
    schedules++;
    steps += verdict.steps;
    virtualMs += verdict.took;
    const { violation } = verdict;
    if (violation) failed.push({ seed, invariant: violation.invariant, message: violation.message });
  }
  return { schedules, steps, virtualMs, failed };
}

process.send!(await run());
process.disconnect();
