import type { BuildName } from '../builds/build.js';
import { SimulatedProcess, type Role } from '../machines/simulated-process.js';
import type { Parts } from '../parts.js';
import type { World } from '../world.js';
import type { Theme } from './faults.js';
import { requestTo } from './requests.js';

const FIRST_CLIENTS = 3;

/** Starts and stops processes, as whoever operates them would. */
export class Deployment {
  private started = 0;
  /** The build that was asked for last: processes of another one are on their way out. */
  private wanted: BuildName = 'old';

  constructor(
    private readonly world: World,
    private readonly parts: Parts,
  ) {}

  start(build: BuildName, role: Role): SimulatedProcess {
    const process = new SimulatedProcess(this.world, this.parts, `${build}-${++this.started}`, build, role);
    this.world.processes.push(process);
    void process.start().then(() => this.welcome(process));
    return process;
  }

  /** Clients come as soon as it listens. */
  private welcome(process: SimulatedProcess): void {
    for (let client = 0; client < FIRST_CLIENTS; client++) {
      this.world.timeline.after(this.world.between(0, 150), () => requestTo(this.world, process));
    }
  }

  /** The first processes: any of them may be there before there is one that works. */
  begin(build: BuildName, { severalWorkers }: Theme): void {
    const { random } = this.world;
    this.wanted = build;
    if (random.chance(0.3)) {
      this.start(build, 'api');
      this.world.timeline.after(this.world.between(500, 3_000), () => this.start(this.wanted, 'worker'));
    } else {
      this.start(build, 'all');
    }
    if (random.chance(severalWorkers)) this.start(build, random.pick<Role>(['all', 'worker']));
    // a deployment that begins with both builds at once
    if (random.chance(0.1)) this.start(build === 'old' ? 'new' : 'old', 'all');
  }

  /** Another build, beside the one that is there or in its place. */
  roll(build: BuildName): void {
    const { random, timeline } = this.world;
    this.world.trace.note('operator', () => `rolls out the ${build} build`);
    this.wanted = build;
    const before = this.alive().filter((process) => process.build.name !== build);
    this.start(build, random.pick<Role>(['all', 'all', 'worker', 'api']));
    for (const process of before) {
      timeline.after(this.world.between(0, 3_000), () => {
        const isUnwanted = process.build.name !== this.wanted;
        if (isUnwanted && process.isAlive && !process.isStopping) this.end(process);
      });
    }
  }

  /** As an update of a machine does. */
  stopOne(): void {
    const workers = this.alive().filter((process) => process.runsWork && !process.isStopping);
    if (workers.length > 0) this.end(this.world.random.pick(workers));
  }

  /** What is there in the end: one build, with at least one process that works. */
  conclude(build: BuildName): void {
    this.wanted = build;
    for (const process of this.alive()) if (process.build.name !== build) this.end(process);
    const workers = this.alive().filter((process) => process.runsWork && !process.isStopping);
    const healthy = workers.filter(({ hasTroubleOfItsOwn }) => hasTroubleOfItsOwn === undefined);
    if (healthy.length === 0) this.start(build, 'worker');
  }

  private end(process: SimulatedProcess): void {
    if (this.world.random.chance(0.3)) process.kill();
    else void process.stop();
  }

  private alive(): SimulatedProcess[] {
    return this.world.processes.filter(({ isAlive }) => isAlive);
  }
}
