import type { DomainEvent } from '../../../src/event-sourcing/domain-event.js';
import { ConcurrencyConflict } from '../../../src/event-sourcing/errors.js';
import { isUnavailable } from '../../../src/database/unavailable.js';
import { AlarmCleared, AlarmSet, Amended, type Marked, Noted, type Poison, Weighed } from '../builds/events.js';
import type { ChartRow } from '../builds/projections.js';
import { entryOf, inEffect } from '../invariants/concerns.js';
import type { SimulatedProcess } from '../machines/simulated-process.js';
import type { World } from '../world.js';

/** What a client asked for, and what it was told. An unknown outcome is one that nobody told it. */
export interface Request {
  readonly marks: readonly string[];
  outcome: 'unknown' | 'acknowledged' | 'refused';
}

const STREAMS = ['s1', 's2', 's3', 's4'];
const POISONS: readonly Poison[] = ['chart', 'row', 'answering', 'notify'];

/** Share of requests whose event some consumer cannot handle. */
const POISONED = 0.04;
const LARGE = 0.05;
/** Share of requests that a constraint refuses. */
const REFUSED = 0.05;
/** Share of transactions that stay open for long after they have drawn their positions. */
const LONG_OPEN = 0.1;
const LONGEST_OPEN_MS = 1_500;
/** Share of clients that read what they have written. */
const READ_BACK = 0.3;
const READ_YOUR_WRITE_MS = 2_000;
const CHART = 'projection:chart@1';

const processesThatListen = ({ processes }: World): SimulatedProcess[] =>
  processes.filter(({ isListening, machine }) => isListening && machine.isRunning);

/** Sends a request to some process that takes them, if there is one. */
export function request(world: World): void {
  const { random } = world;
  const listening = processesThatListen(world);
  if (listening.length > 0) requestTo(world, random.pick(listening));
}

export function requestTo(world: World, process: SimulatedProcess): void {
  const { random } = world;
  if (!process.isListening || !process.machine.isRunning) return;
  const isRolledBack = random.chance(REFUSED);
  const marked = Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => someEvent(world, process));
  const asked: Request = { marks: marked.map(({ data }) => (data as Marked).mark), outcome: 'unknown' };
  world.requests.push(asked);
  const streamId = random.pick(STREAMS);
  process.ward
    .append({
      streamId,
      events: marked,
      isLarge: random.chance(LARGE),
      staysOpenMs: random.chance(LONG_OPEN) ? world.between(0, LONGEST_OPEN_MS) : 0,
      isRolledBack,
    })
    .then(
      async (position) => {
        asked.outcome = 'acknowledged';
        if (random.chance(READ_BACK)) await readBack(world, streamId, position);
      },
      (error: unknown) => {
        if (error instanceof ConcurrencyConflict || !isUnavailable(error)) asked.outcome = 'refused';
      },
    )
    .catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
    });
}

/** A query with the consistency token of the command, to any process: where it is answered, the answer has what was written. */
async function readBack(world: World, streamId: string, token: number) {
  const listening = processesThatListen(world);
  if (listening.length === 0) return;
  const { subscriptions, network } = world.random.pick(listening);
  if (!(await subscriptions.havePassed([CHART], token, READ_YOUR_WRITE_MS))) return;
  await network.read(`read ${streamId} with token ${token}`, () => {
    const row = world.database.readRows.of(CHART).get(streamId) as ChartRow | undefined;
    const written = inEffect(world, CHART).filter((event) => event.streamId === streamId && event.position <= token);
    const missing = written.find((event) => !row?.entries.includes(entryOf(event)));
    if (!missing) return;
    world.violated('read-your-write', `${streamId} is read with token ${token} without ${missing.position}`);
  });
}

function someEvent(world: World, { build }: SimulatedProcess): DomainEvent {
  const { random } = world;
  const marked: Marked = { mark: world.newId('m'), ...(random.chance(POISONED) && { poison: random.pick(POISONS) }) };
  const kind = random.next();
  if (kind < 0.4) return new Noted(marked);
  if (kind < 0.6) return build.name === 'new' ? new Amended(marked) : new Noted(marked);
  if (kind < 0.75) return new Weighed(build.name === 'new' ? { ...marked, scale: 'kitchen' } : marked);
  if (kind < 0.9) return new AlarmSet({ ...marked, dueAt: soon(world) });
  return new AlarmCleared(marked);
}

const soon = (world: World) => new Date(world.database.now + world.between(-500, 5_000)).toISOString();
