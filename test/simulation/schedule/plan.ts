import type { BuildName } from '../builds/build.js';
import type { World } from '../world.js';
import type { Deployment } from './deployment.js';
import { fault, THEMES } from './faults.js';
import { request } from './requests.js';

/** Longer than a lease, and than a pause that is longer than a lease. */
const LONG_MS = 15_500;
const LONGEST_PAUSE_MS = 12_000;
/** Share of the long schedules in which all requests come at the beginning, and what goes wrong comes after them. */
const QUIET = 0.7;
const REQUESTS_END_MS = 700;
const FAULTS_BEGIN_MS = 2_000;
/** The end of a long schedule, in which a worker may be stopped. */
const LAST_MS = 2_000;

export interface Plan {
  readonly lengthMs: number;
  /** The build that is there in the end. */
  readonly lastBuild: BuildName;
}

/** Decides what is going to happen in a schedule, and when. */
export function plan(world: World, deployment: Deployment): Plan {
  const { random, timeline } = world;
  const theme = random.pick(THEMES);
  world.isLong = random.chance(theme.long);
  const lengthMs = world.isLong ? LONG_MS : world.between(2_000, 6_000);
  const between = (from: number, to: number, what: () => void) => timeline.after(world.between(from, to), what);

  let lastBuild: BuildName = random.chance(0.7) ? 'old' : 'new';
  deployment.begin(lastBuild, theme);
  const rolls = random.pick(theme.rolls);
  for (let roll = 1; roll <= rolls; roll++) {
    const next = lastBuild === 'old' ? 'new' : 'old';
    between((lengthMs * (roll - 1)) / rolls, (lengthMs * roll) / rolls, () => deployment.roll(next));
    lastBuild = next;
  }

  // where nothing is written for a while, nothing tells who has lost what
  const isQuiet = world.isLong && random.chance(QUIET);
  const requests = 5 + random.below(25);
  for (let i = 0; i < requests; i++) between(0, isQuiet ? REQUESTS_END_MS : lengthMs, () => request(world));
  const faults = theme.leastFaults + random.below(theme.mostFaults);
  const faultsEnd = world.isLong ? lengthMs - LONGEST_PAUSE_MS : lengthMs;
  for (let i = 0; i < faults; i++) between(isQuiet ? FAULTS_BEGIN_MS : 0, faultsEnd, () => fault(world, theme));
  // whoever took over from a process that has come back since may go
  if (world.isLong && random.chance(0.5)) between(lengthMs - LAST_MS, lengthMs, () => deployment.stopOne());
  return { lengthMs, lastBuild };
}
