import { DatabaseUnavailable } from '../../../src/database/unavailable.js';
import { DatabaseError } from '../database/simulated-database.js';
import type { Trouble } from '../machines/network.js';
import type { SimulatedProcess } from '../machines/simulated-process.js';
import type { World } from '../world.js';

const CONSUMERS = [
  'projection:chart@1',
  'projection:ward@1',
  'saga:Answering',
  'saga:Alarms',
  'saga:Reminders',
  'handler:Notify',
];

const TROUBLES: readonly (() => Error)[] = [
  () => new DatabaseUnavailable('simulated'),
  () => new DatabaseError('40P01', 'deadlock detected'),
  () => new DatabaseError('42703', 'column does not exist'),
  () => new DatabaseError('42501', 'permission denied'),
  () => new DatabaseError('57014', 'canceling statement due to user request'),
  () => new DatabaseError('53100', 'disk full'),
];
/** What can be wrong for one process only, for long. */
const TROUBLES_OF_ITS_OWN = TROUBLES.slice(2);

/** Something that goes wrong for a while. It ends by itself, or when everything is mended. */
type Fault = (world: World, process: SimulatedProcess) => void;

const shortly = (world: World) => world.between(50, 2_500);
/** Longer than a lease, where the schedule is: until those that it was taken from come back. */
const aWhile = (world: World) =>
  world.random.chance(world.isLong ? 0.8 : 0.1) ? world.between(10_200, 12_000) : shortly(world);

const pause: Fault = (world, process) => process.pause(aWhile(world));
const kill: Fault = (_world, process) => process.kill();
const vanish: Fault = (world, process) => process.vanish(world.between(2_000, 40_000));

const loseEverything: Fault = (world, { name, network }) => {
  network.reach = world.random.chance(0.5) ? 'silent' : 'refused';
  world.trace.note(name, () => `the network is ${network.reach}`);
  world.timeline.after(aWhile(world), () => (network.reach = 'open'));
};

const loseSome: Fault = (world, { name, network }) => {
  network.loss = world.between(0.02, 0.3);
  world.trace.note(name, () => `the network loses ${Math.round(network.loss * 100)} %`);
  world.timeline.after(shortly(world), () => (network.loss = 0));
};

const lag: Fault = (world, { name, network }) => {
  network.lag = world.between(3, 60);
  world.trace.note(name, () => `the network is ${Math.round(network.lag)} times as slow`);
  world.timeline.after(shortly(world), () => (network.lag = 1));
};

const endSession: Fault = (world, { name, subscriptions }) => {
  world.trace.note(name, () => 'its session is ended by the server');
  if (subscriptions.owner !== undefined) world.database.endSession(subscriptions.owner);
};

const endTransaction: Fault = (world) => {
  world.trace.note('database', () => 'a transaction is terminated');
  world.database.terminateOne();
};

const crash: Fault = (world) => {
  world.trace.note('database', () => 'crashes');
  world.database.crash();
  world.timeline.after(shortly(world), () => world.database.restart());
};

/** It stays so: what is due by that clock is later by so much. */
const setClockBack: Fault = (world) => {
  const { trace, database } = world;
  if (database.latestNow > database.now) return;
  const ms = world.between(1_000, 40_000);
  trace.note('database', () => `its clock is set back by ${Math.round(ms)} ms`);
  database.setClockBack(ms);
};

const someTrouble = ({ random }: World, errors: readonly (() => Error)[]): Trouble => ({
  error: random.pick(errors),
  isOfRows: random.chance(0.7),
});

/** Whoever steps on with one subscription meets it. */
const trouble: Fault = (world) => {
  const subscription = world.random.pick(CONSUMERS);
  const met = someTrouble(world, TROUBLES);
  world.trace.note('database', () => `${subscription} meets: ${met.error().message}`);
  const affected = [...world.processes];
  for (const { network } of affected) network.troubles.set(subscription, met);
  world.timeline.after(aWhile(world), () => {
    for (const { network } of affected) network.troubles.delete(subscription);
  });
};

/** One process meets it, until it ends. */
const troubleOfItsOwn: Fault = (world, process) => {
  const subscription = (process.hasTroubleOfItsOwn ??= world.random.pick(CONSUMERS));
  const met = someTrouble(world, TROUBLES_OF_ITS_OWN);
  world.trace.note(process.name, () => `only here ${subscription} meets: ${met.error().message}`);
  process.network.troubles.set(subscription, met);
};

/** What may go wrong in one schedule. */
export interface Theme {
  readonly faults: readonly Fault[];
  /** From `leastFaults` on there are fewer than `mostFaults` more. */
  readonly leastFaults: number;
  readonly mostFaults: number;
  /** Share of its schedules in which several workers are there from the beginning. */
  readonly severalWorkers: number;
  /** How often another build is rolled out. */
  readonly rolls: readonly number[];
  /** Share of its schedules that are longer than a lease. */
  readonly long: number;
}

const pauses = [pause];
const ends = [kill, vanish, endSession];
const connections = [loseEverything, loseSome, lag, endSession];
const troubles = [trouble, troubleOfItsOwn];
const servers = [crash, endTransaction, setClockBack, vanish];
const anything: Theme = {
  faults: [pauses, ends, connections, troubles, servers].flat(),
  leastFaults: 0,
  mostFaults: 7,
  severalWorkers: 0.6,
  rolls: [0, 1, 1, 2, 3],
  long: 0.1,
};
const deployments: Theme = { ...anything, leastFaults: 2, rolls: [2, 3, 4], long: 0 };
const only = (faults: readonly Fault[], long: number): Theme => ({
  faults,
  leastFaults: 1,
  mostFaults: 3,
  severalWorkers: 0.9,
  rolls: [0, 0, 0, 1],
  long,
});

/** Half of the schedules have faults of all kinds; the others have some of one kind, and little that comes between. */
export const THEMES: readonly Theme[] = [
  ...Array<Theme>(4).fill(anything),
  deployments,
  deployments,
  only(pauses, 0.4),
  only(pauses, 0.8),
  only(ends, 0.2),
  only(connections, 0.4),
  only(troubles, 0.1),
  only(servers, 0),
];

/** Lets something go wrong with one of the processes. */
export function fault(world: World, { faults }: Theme): void {
  const alive = world.processes.filter(({ isAlive }) => isAlive);
  if (alive.length === 0) return;
  world.random.pick(faults)(world, world.random.pick(alive));
}

/** From now on nothing goes wrong any more, but what is wrong with one process only: others can do without it. */
export function mend(world: World): void {
  world.trace.note('world', () => 'is mended');
  world.database.restart();
  for (const { machine, network, hasTroubleOfItsOwn } of world.processes) {
    machine.resume();
    Object.assign(network, { reach: 'open', loss: 0, lag: 1 });
    for (const name of [...network.troubles.keys()]) if (name !== hasTroubleOfItsOwn) network.troubles.delete(name);
  }
}
