import { AppendSignal } from '../../../src/event-sourcing/buses/append-signal.js';
import { ProjectionConsumer } from '../../../src/event-sourcing/projections/projection-consumer.js';
import type { CommandWorker } from '../../../src/event-sourcing/sagas/command-worker.js';
import { SagaConsumer } from '../../../src/event-sourcing/sagas/saga-consumer.js';
import { HandlerConsumer } from '../../../src/event-sourcing/subscriptions/handler-consumer.js';
import type { Subscriptions } from '../../../src/event-sourcing/subscriptions/subscriptions.js';
import { type Build, type BuildName, builds } from '../builds/build.js';
import { Ward } from '../builds/ward.js';
import type { Parts } from '../parts.js';
import { SimulatedSessions } from '../ports/simulated-sessions.js';
import { SimulatedScheduler } from '../time/simulated-scheduler.js';
import type { World } from '../world.js';
import { Machine } from './machine.js';
import { Network } from './network.js';

export type Role = 'api' | 'worker' | 'all';

/** Handlers and commands that take longer have failed. Shorter than in life, so that a schedule is. */
const FOREIGN_WORK_LIMIT_MS = 2_000;
const START_AGAIN_MS = 500;
const NOTHING: ReadonlySet<string> = new Set();

/** One process of the application: the engine's own classes, on a machine and a network that are simulated. */
export class SimulatedProcess {
  readonly build: Build;
  readonly machine: Machine;
  readonly network: Network;
  readonly subscriptions: Subscriptions;
  readonly ward: Ward;
  /** It takes requests. */
  isListening = false;
  isStopping = false;
  /** A subscription that only this process cannot run, as where its disk is full: that does not end. */
  hasTroubleOfItsOwn?: string;
  private readonly sessions: SimulatedSessions;
  private readonly worker: CommandWorker;
  private readonly scheduler: SimulatedScheduler;

  constructor(
    private readonly world: World,
    private readonly parts: Parts,
    readonly name: string,
    buildName: BuildName,
    readonly role: Role,
  ) {
    const { timeline, random, trace, database } = world;
    this.build = builds[buildName];
    this.machine = new Machine(timeline, random);
    this.network = new Network(name, timeline, random, trace, this.machine, database);
    this.scheduler = new SimulatedScheduler(timeline, random, this.machine);
    this.sessions = new SimulatedSessions(timeline, this.network, database);

    const { network, scheduler } = this;
    const { registry } = this.build;
    const store = parts.subscriptionStore(network, database);
    const commands = parts.pendingCommands(network, database, scheduler);
    const appended = new AppendSignal(scheduler);
    this.ward = new Ward(world, network, scheduler, this.build, appended);
    this.subscriptions = parts.subscriptions(
      parts.sessions(this.sessions),
      parts.log(network, database),
      store,
      registry,
      appended,
      scheduler,
    );
    this.worker = parts.commandWorker(
      commands,
      this.ward,
      registry,
      this.subscriptions,
      scheduler,
      FOREIGN_WORK_LIMIT_MS,
    );

    for (const { name: of, projection, types } of this.build.projections) {
      const table = parts.readTable(network, database, of);
      this.subscriptions.add(parts.consumer(new ProjectionConsumer(of, projection, types, NOTHING, table, scheduler)));
    }
    for (const { name: of, sagas } of this.build.sagas) {
      const wake = () => this.worker.nudge();
      this.subscriptions.add(parts.consumer(new SagaConsumer(of, sagas, NOTHING, registry, commands, scheduler, wake)));
    }
    for (const { name: of, types } of this.build.handlers) {
      this.subscriptions.add(
        parts.consumer(new HandlerConsumer(of, this.ward, types, NOTHING, store, scheduler, FOREIGN_WORK_LIMIT_MS)),
      );
    }
  }

  get isAlive(): boolean {
    return !this.machine.isDead;
  }

  get runsWork(): boolean {
    return this.role !== 'api';
  }

  async start(): Promise<void> {
    this.world.trace.note(this.name, () => `starts, build ${this.build.name}, role ${this.role}`);
    await this.declared();
    this.world.declared.add(this.build.name);
    if (this.isStopping) return;
    this.isListening = this.role !== 'worker';
    if (!this.runsWork) return;
    this.subscriptions.start();
    this.worker.start();
  }

  /** The process ends, and the server sees its connections closed. */
  kill(): void {
    this.world.trace.note(this.name, () => 'is killed');
    this.machine.die();
    this.sessions.end(0);
  }

  /** The machine is gone, and nobody tells the server. */
  vanish(afterMs: number): void {
    this.world.trace.note(this.name, () => 'vanishes');
    this.machine.die();
    this.sessions.end(afterMs);
  }

  pause(ms: number): void {
    if (!this.machine.isRunning) return;
    this.world.trace.note(this.name, () => `stands still for ${Math.round(ms)} ms`);
    this.machine.pause();
    this.world.timeline.after(ms, () => this.machine.resume());
  }

  /** As for a SIGTERM; what does not end in time is killed. */
  async stop(): Promise<void> {
    this.world.trace.note(this.name, () => 'stops');
    this.isStopping = true;
    this.isListening = false;
    await Promise.all([this.worker.beforeApplicationShutdown(), this.subscriptions.beforeApplicationShutdown()]);
    this.world.trace.note(this.name, () => 'has stopped');
    this.kill();
  }

  /** A process that cannot say what it handles does not start: whoever runs it starts it again. */
  private async declared(): Promise<void> {
    for (;;) {
      try {
        await this.parts.declare(this);
        return;
      } catch {
        await this.scheduler.pause(START_AGAIN_MS);
        if (this.isStopping) return;
      }
    }
  }
}
