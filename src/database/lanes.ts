import type { ClientConfig } from 'pg';
import { Connections } from './connections.js';
import { type DatabaseLimits, type Lane, LANES } from './limits.js';
import { Pipeline, type PipelineOptions } from './pipeline.js';
import { boundedSession, serverOptions } from './sessions.js';

interface LaneOptions extends Omit<PipelineOptions, 'deadline'> {
  /** Connections: as many as groups on their way, and some for when those take long. */
  readonly connections: number;
  /** Connections for what waits for locks. */
  readonly patient: number;
}

/** A lock that is not given up within this time holds up a statement, and with it its group: it has to wait elsewhere. */
const SHORT_LOCK_WAIT_MS = 25;
/** A wait for a lock ends before its deadline, so that the connection survives it. */
const LOCK_SHARE_OF_DEADLINE = 0.4;

/** Once a connection did not answer, others are under suspicion that have not for this long. A new one costs milliseconds. */
const SUSPICIOUS_MS = 1000;

const together = { heavy: Infinity, patience: 100, heldUpBy: 'table' } as const;
const alone = { ...together, most: 1, width: Infinity } as const;

/** All but the searches need a certain number of connections, which is small. What is left of the pool is for them. */
const OPTIONS: Readonly<Record<Exclude<Lane, 'searches'>, LaneOptions>> = {
  // Two small groups: while one waits for the disk, the other keeps the processors busy. A few large commands are divided too:
  // the work of writing them is worth a second flush.
  commands: { width: 2, most: 16, heavy: 32_000, patience: 250, heldUpBy: 'row', connections: 4, patient: 2 },
  // While one group is found, the answers of the one before are written.
  loads: { ...together, width: 1, most: 16, connections: 3, patient: 1 },
  reads: { ...together, width: 1, most: 16, connections: 3, patient: 1 },
  projections: { ...together, width: 2, most: 64, patience: 250, connections: 3, patient: 1 },
  leases: { ...alone, connections: 2, patient: 1 },
  // The one for transactions is opened only when a command was not stored.
  health: { ...alone, connections: 1, patient: 1 },
};
const FEWEST_FOR_SEARCHES = 2;

const optionsOf = (poolSize: number): Readonly<Record<Lane, LaneOptions>> => {
  const others = Object.values(OPTIONS).reduce((sum, { connections }) => sum + connections, 0);
  const connections = Math.max(FEWEST_FOR_SEARCHES, poolSize - others);
  return { ...OPTIONS, searches: { ...alone, connections, patient: 1 } };
};

/** Each kind of work, on connections of its own. */
export class Lanes {
  private readonly pipelines = {} as Record<Lane, Pipeline>;
  private readonly connections: Connections[] = [];

  constructor(
    private readonly config: ClientConfig,
    poolSize: number,
    private readonly limits: DatabaseLimits,
    private readonly serverVersion: number,
  ) {
    const options = optionsOf(poolSize);
    for (const lane of LANES) this.pipelines[lane] = this.pipeline(lane, options[lane]);
  }

  of(lane: Lane): Pipeline {
    return this.pipelines[lane];
  }

  /** How a connection of the lane is opened. */
  configOf(lane: Lane, lock?: number): ClientConfig {
    const { connect, keepAlive, deadlines } = this.limits;
    const deadline = deadlines[lane];
    const bounds = { ...this.limits, lock: lock ?? Math.min(this.limits.lock, deadline * LOCK_SHARE_OF_DEADLINE) };
    return {
      ...this.config,
      connectionTimeoutMillis: Math.min(connect, deadline),
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAlive,
      options: `${this.config.options ?? ''} ${serverOptions(boundedSession(bounds, deadline, this.serverVersion))}`,
    };
  }

  async close(): Promise<void> {
    await Promise.all(LANES.map((lane) => this.pipelines[lane].close()));
  }

  private pipeline(lane: Lane, { connections, patient, ...options }: LaneOptions): Pipeline {
    const own = new Connections(this.configOf(lane, SHORT_LOCK_WAIT_MS), connections);
    const ofStragglers = new Connections(this.configOf(lane), patient);
    this.connections.push(own, ofStragglers);
    return new Pipeline(own, ofStragglers, { ...options, deadline: this.limits.deadlines[lane] }, () =>
      this.discardSilentSince(performance.now() - SUSPICIOUS_MS),
    );
  }

  /** One connection did not answer in time: what became of it may have become of others, which nobody has tried since. */
  private discardSilentSince(moment: number): void {
    for (const some of this.connections) some.discardSilentSince(moment);
  }
}
