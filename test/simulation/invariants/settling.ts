import type { BuildName } from '../builds/build.js';
import { LEASE_MS } from '../database/subscription-rows.js';
import type { World } from '../world.js';
import { eventually, type Expectation } from './eventually.js';

/** How often it is looked at what need not be looked at, because something else is not well yet. */
const LOOK_AT_ALL_MS = 3_000;

/** The time after everything was mended: what does not hold yet has its time, from when it held last. */
export class Settling {
  private readonly held: Map<Expectation, number>;

  constructor(
    private readonly world: World,
    private readonly build: BuildName,
  ) {
    this.held = new Map(eventually.map((expectation) => [expectation, world.timeline.now]));
  }

  isWell(): boolean {
    let isWell = true;
    for (const expectation of eventually) {
      const isDue = this.heldAgo(expectation) > LOOK_AT_ALL_MS;
      if (isWell || isDue) isWell = this.holds(expectation) && isWell;
    }
    return isWell;
  }

  private holds(expectation: Expectation): boolean {
    const { invariant, withinMs, missing } = expectation;
    const wrong = missing(this.world, this.build);
    if (wrong === undefined) this.held.set(expectation, this.world.timeline.now);
    else if (this.heldAgo(expectation) > withinMs + this.graceMs) this.world.violated(invariant, wrong);
    return wrong === undefined;
  }

  /** A lease from before the clock was set back may stand for another one. */
  private get graceMs(): number {
    const { latestNow, now } = this.world.database;
    return latestNow > now ? LEASE_MS : 0;
  }

  private heldAgo(expectation: Expectation): number {
    return this.world.timeline.now - this.held.get(expectation)!;
  }
}
