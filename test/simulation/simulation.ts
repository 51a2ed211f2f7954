import { Logger } from '@nestjs/common';
import { HolderWatch } from './invariants/holder-watch.js';
import { LogWatch } from './invariants/log-watch.js';
import { Settling } from './invariants/settling.js';
import { Parts } from './parts.js';
import { Deployment } from './schedule/deployment.js';
import { mend } from './schedule/faults.js';
import { plan } from './schedule/plan.js';
import { type Violation, World } from './world.js';

export interface Options {
  readonly seed: number;
  readonly isTraced?: boolean;
  /** With a bug planted in it. */
  readonly parts?: Parts;
}

export interface Verdict {
  /** The promise that was broken first; undefined when all were kept. */
  readonly violation: Violation | undefined;
  readonly steps: number;
  /** Milliseconds of virtual time. */
  readonly took: number;
  readonly trace: readonly string[];
}

/** How often it is looked whether all is well. */
const LOOK_MS = 250;
/** A hundred times what a schedule takes. */
const MOST_STEPS = 200_000;

/** Runs one schedule. The same seed gives the same, to the letter. */
export async function simulate({ seed, isTraced = false, parts = new Parts() }: Options): Promise<Verdict> {
  const world = new World(seed, isTraced, parts);
  const note = (message: unknown) => world.trace.note('log', () => String(message));
  const unhandled = (error: unknown) => world.violated('no-unhandled-rejection', String(error));
  Logger.overrideLogger({ log: note, error: note, warn: note });
  process.on('unhandledRejection', unhandled);
  try {
    watch(world);
    await live(world, parts);
  } finally {
    process.off('unhandledRejection', unhandled);
    Logger.overrideLogger(false);
  }
  const { violation, timeline, trace } = world;
  return { violation, steps: timeline.steps, took: timeline.now, trace: trace.lines };
}

/** What must hold at any moment is looked at after each statement of anybody. */
function watch(world: World): void {
  const holders = new HolderWatch(world);
  const log = new LogWatch(world, holders);
  world.holderOf = (subscription) => holders.holderOf(subscription);
  world.database.watch = (who) => {
    holders.look(who);
    log.look();
  };
}

/** Some seconds in which requests come, processes come and go, and things go wrong; then all must become well. */
async function live(world: World, parts: Parts): Promise<void> {
  const { timeline } = world;
  const deployment = new Deployment(world, parts);
  const { lengthMs, lastBuild } = plan(world, deployment);
  const pass = (ms: number) => timeline.run(timeline.now + ms, () => world.violation !== undefined);
  await pass(lengthMs);
  mend(world);
  deployment.conclude(lastBuild);
  const settling = new Settling(world, lastBuild);
  for (let isWell = false; !isWell && !world.violation;) {
    await pass(LOOK_MS);
    isWell = settling.isWell();
    if (timeline.steps > MOST_STEPS) world.violated('comes-to-rest', `${timeline.steps} steps`);
  }
}
