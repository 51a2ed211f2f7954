import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { Counter, type Counts, TOLERANCE } from './counts.js';
import { ForgetfulDatabase } from './forgetful-database.js';
import { HurriedTime } from './hurried-time.js';
import { leaks } from './leaks.js';
import { type Weather, Week } from './week.js';

/** `npm run soak -- [--hours 168] [--leak 'a timer that nobody clears']`. Exits with 1 when more and more is left. */
const { values } = parseArgs({ options: { hours: { type: 'string', default: '168' }, leak: { type: 'string' } } });

const PHASES: readonly Weather[] = ['calm', 'stormy', 'troubled', 'calm'];
/** In each of them. The first look is what the others are compared with. */
const LOOKS = 3;

const names = Object.keys(TOLERANCE) as (keyof Counts)[];
const lineOf = (hours: string, cells: readonly (string | number)[]) =>
  [hours, ...cells].map((cell) => String(cell).padStart(10)).join('');

/** What there is more of, by more than what comes and goes. */
function growth(before: Counts, after: Counts): string[] {
  return names
    .filter((name) => after[name] - before[name] > TOLERANCE[name])
    .map((name) => `${name} grew from ${before[name]} to ${after[name]}`);
}

Logger.overrideLogger(false);
const time = HurriedTime.install();
const counter = new Counter(time);
if (values.leak) leaks[values.leak]!();
const database = new ForgetfulDatabase(time);
const week = new Week(time, database);
const lookEveryMs = (Number(values.hours) * 3_600_000) / (PHASES.length * LOOKS);

await week.begin();
console.log(lineOf('hours', names));
const found: string[] = [];
let calm: Counts | undefined;
for (const weather of PHASES) {
  week.turn(weather);
  let first: Counts | undefined;
  for (let look = 1; look <= LOOKS && found.length === 0; look++) {
    await time.pass(lookEveryMs);
    const counts = counter.count();
    console.log(lineOf((time.now / 3_600_000).toFixed(1), [...names.map((name) => counts[name]), weather]));
    first ??= counts;
    found.push(...growth(first, counts));
    if (weather === 'calm') found.push(...growth((calm ??= counts), counts));
  }
}
const happened = Object.entries(database.happened).map(([what, times]) => `${times} ${what}`);
console.log([`${Math.round(week.turns)} turns`, ...happened].join(', '));
for (const line of new Set(found)) console.log(line);
if (found.length === 0) console.log('Nothing grows');
process.exit(found.length === 0 ? 0 : 1);
