import { Logger } from '@nestjs/common';
import type { BuildName } from './builds/build.js';
import { eventually, type Expectation } from './invariants/eventually.js';
import { HolderWatch } from './invariants/holder-watch.js';
import { LogWatch } from './invariants/log-watch.js';
import { Parts } from './parts.js';
import { Deployment } from './schedule/deployment.js';
import { fault, mend, THEMES } from './schedule/faults.js';
import { request } from './schedule/requests.js';
import { Violation, World } from './world.js';

export interface Options {
  readonly seed: number;
  readonly isTraced?: boolean;
  /** With a bug planted in it. */
  readonly parts?: Parts;
}

export interface Verdict {
  readonly seed: number;
  /** What did not hold; undefined when all did. */
  readonly violation: Violation | undefined;
  readonly steps: number;
  /** Milliseconds of virtual time. */
  readonly took: number;
  readonly trace: readonly string[];
}

/** How often it is looked whether all is well. */
const LOOK_MS = 250;
/** How often at what need not be looked at, because something else is not well yet. */
const LOOK_AT_ALL_MS = 3_000;
/** Longer than a lease, and than a pause that is longer than a lease. */
const LONGEST_MS = 15_500;
const A_PAUSE_MS = 12_000;
/** Share of the long ones in which all requests come at the beginning, and what goes wrong after them. */
const QUIET = 0.7;
const BUSY_MS = 700;
const CALM_MS = 2_000;
const LAST_MS = 2_000;

/** One schedule: some seconds in which requests come, processes come and go, and things go wrong; then all must become well. */
class Simulation {
  readonly world: World;
  private readonly deployment: Deployment;
  private violation: Violation | undefined;

  constructor({ seed, isTraced = false, parts = new Parts() }: Options) {
    this.world = new World(seed, isTraced, parts);
    const holders = new HolderWatch(this.world);
    const log = new LogWatch(this.world, holders);
    this.world.holderOf = (name) => holders.holderOf(name);
    this.deployment = new Deployment(this.world, parts);
    this.world.database.watch = (who) =>
      this.checked(() => {
        holders.look(who);
        log.look();
      });
  }

  async run(): Promise<Verdict> {
    const { world } = this;
    const lastBuild = this.plan();
    await this.happen();
    mend(world);
    this.deployment.conclude(lastBuild);
    const held = new Map(eventually.map((expectation) => [expectation, world.timeline.now]));
    for (let isWell = false; !isWell && !this.violation;) {
      await world.timeline.run(world.timeline.now + LOOK_MS, () => this.violation !== undefined);
      isWell = true;
      for (const expectation of eventually) {
        const isDue = world.timeline.now - held.get(expectation)! > LOOK_AT_ALL_MS;
        if (isWell || isDue) isWell = this.holds(expectation, lastBuild, held) && isWell;
      }
    }
    return {
      seed: world.seed,
      violation: this.violation,
      steps: world.timeline.steps,
      took: world.timeline.now,
      trace: world.trace.lines,
    };
  }

  /** What does not hold yet has its time, from when it did last. */
  private holds(expectation: Expectation, build: BuildName, held: Map<Expectation, number>): boolean {
    const { now } = this.world.timeline;
    const wrong = expectation.missing(this.world, build);
    if (wrong === undefined) held.set(expectation, now);
    else if (now - held.get(expectation)! > expectation.withinMs) {
      this.violation ??= new Violation(expectation.invariant, wrong);
    }
    return wrong === undefined;
  }

  /** Decides what is going to happen. @returns the build that is there in the end */
  private plan(): BuildName {
    const { world, deployment } = this;
    const { random, timeline } = world;
    const theme = random.pick(THEMES);
    world.isLong = random.chance(theme.long);
    const length = world.isLong ? LONGEST_MS : world.between(2_000, 6_000);
    // where nothing is written for a while, nothing tells who has lost what
    const isQuiet = world.isLong && random.chance(QUIET);
    const [requestsEnd, faultsBegin] = isQuiet ? [BUSY_MS, CALM_MS] : [length, 0];
    const faultsEnd = world.isLong ? length - A_PAUSE_MS : length;
    const between = (from: number, to: number, what: () => void) => timeline.after(world.between(from, to), what);

    let build: BuildName = random.chance(0.7) ? 'old' : 'new';
    deployment.begin(build, theme);
    const rolls = random.pick(theme.rolls);
    for (let i = 1; i <= rolls; i++) {
      const next = build === 'old' ? 'new' : 'old';
      timeline.after((length * (i - random.next())) / rolls, () => deployment.roll(next));
      build = next;
    }
    for (let i = 5 + random.below(25); i > 0; i--) between(0, requestsEnd, () => request(world));
    for (let i = theme.leastFaults + random.below(theme.mostFaults); i > 0; i--)
      between(faultsBegin, faultsEnd, () => fault(world, theme));
    // whoever took over from a process that has come back since may go
    if (world.isLong && random.chance(0.5)) between(length - LAST_MS, length, () => deployment.stopOne());
    timeline.after(length, () => (this.isOver = true));
    return build;
  }

  private isOver = false;

  private happen(): Promise<void> {
    return this.world.timeline.run(Infinity, () => this.isOver || this.violation !== undefined);
  }

  /** The first violation ends the schedule. */
  private checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violation ??= error;
    }
  }
}

/** Runs one schedule. The same seed gives the same, to the letter. */
export async function simulate(options: Options): Promise<Verdict> {
  const simulation = new Simulation(options);
  const { world } = simulation;
  const write = (message: unknown) => world.trace.note('log', () => String(message));
  Logger.overrideLogger({ log: write, error: write, warn: write });
  try {
    return await simulation.run();
  } finally {
    Logger.overrideLogger(false);
  }
}
