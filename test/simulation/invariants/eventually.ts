import type { BuildName } from '../builds/build.js';
import type { Marked } from '../builds/events.js';
import type { ChartRow, WardRow } from '../builds/projections.js';
import type { StoredEvent } from '../database/write-log.js';
import { effectName, type World } from '../world.js';
import { byStream, concerning, consumers, entryOf, inEffect, isPoison, isReadable } from './concerns.js';

/** What must hold when nothing has gone wrong for a while. Says what does not hold yet. */
export interface Expectation {
  readonly invariant: string;
  /** Milliseconds after the world was mended, or after it held last. */
  readonly withinMs: number;
  readonly missing: (world: World, build: BuildName) => string | undefined;
}

const first = <T>(items: Iterable<T>, wrong: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = wrong(item);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** One process holds each subscription, and it runs it. */
const holders: Expectation['missing'] = (world) =>
  first(consumers, (name) => {
    const row = world.database.subscriptions.rows.get(name);
    const running = world.processes.filter(({ isAlive, subscriptions }) => isAlive && subscriptions.local(name));
    if (running.length !== 1) return `${name} is run by ${running.map((process) => process.name).join() || 'nobody'}`;
    const [{ subscriptions, name: process }] = running as [(typeof running)[0]];
    if (row?.owner !== subscriptions.owner) return `${name} is run by ${process}, which does not hold it`;
    return row?.trouble ? `${name} is in trouble: ${row.trouble}` : undefined;
  });

const acknowledged: Expectation['missing'] = ({ requests, database }) => {
  const stored = new Set(database.log.events.map(({ content }) => (content as Marked).mark));
  return first(requests, ({ marks, outcome }) =>
    first(marks, (mark) => {
      if (outcome === 'acknowledged' && !stored.has(mark)) return `${mark} was acknowledged, and is not in the log`;
      if (outcome === 'refused' && stored.has(mark)) return `${mark} was refused, and is in the log`;
      return undefined;
    }),
  );
};

const caughtUp: Expectation['missing'] = (world) =>
  first(consumers, (name) => {
    const last = concerning(world, name).at(-1)?.position ?? 0;
    const position = world.database.subscriptions.rows.get(name)?.position ?? 0;
    return position < last ? `${name} is at ${position}, and has to come to ${last}` : undefined;
  });

/** Of each stream only its end is set aside, and that for a reason. */
const setAside: Expectation['missing'] = (world, build) =>
  first(consumers, (name) =>
    first(byStream(concerning(world, name)).values(), (stream) => {
      const letters = stream.map(({ position }) => world.database.deadLetters.find(name, position));
      const from = letters.findIndex((letter) => letter !== undefined);
      const poison = stream.find((event) => isPoison(name, event));
      if (from === -1) return poison ? `${name} has not set aside the poison at ${poison.position}` : undefined;
      const gap = letters.findIndex((letter, i) => i > from && letter === undefined);
      if (gap !== -1)
        return `${name} has handled ${stream[gap]!.position}, though ${stream[from]!.position} is set aside`;
      const letter = letters[from]!;
      const isJustified = isPoison(name, stream[from]!) || !isReadable(name, build, stream[from]!);
      return isJustified ? undefined : `${name} has set aside ${letter.position}: ${letter.kind}, ${letter.error}`;
    }),
  );

const charts: Expectation['missing'] = (world) => {
  const rows = world.database.readRows.of('projection:chart@1');
  return first(byStream(inEffect(world, 'projection:chart@1')), ([streamId, events]) => {
    const expected = events.map(entryOf).join();
    const found = (rows.get(streamId) as ChartRow | undefined)?.entries.join();
    return found === expected ? undefined : `the chart of ${streamId} is ${found}, not ${expected}`;
  });
};

/** A row of several streams has the events of each in order. */
const wards: Expectation['missing'] = (world) => {
  const row = world.database.readRows.of('projection:ward@1').get('all') as WardRow | undefined;
  return first(byStream(inEffect(world, 'projection:ward@1')), ([streamId, events]) => {
    const expected = events.map((event) => `${streamId} ${entryOf(event)}`).join();
    const found = row?.entries.filter((entry) => entry.startsWith(`${streamId} `)).join();
    return found === expected ? undefined : `the ward's row has ${found}, not ${expected}`;
  });
};

/**
 * At least once, and by whoever held the subscription then in stream order for the first time. Somebody who has lost it and does not
 * know yet may still call the handler; and what was delivered may be set aside, where the step that followed was never stored.
 */
const deliveries: Expectation['missing'] = (world) =>
  first(byStream(inEffect(world, 'handler:Notify')), ([streamId, events]) => {
    const expected = events.map(({ streamVersion }) => streamVersion);
    const delivered = world.delivered.filter((each) => each.wasHeld && each.streamId === streamId);
    const found = new Set(
      delivered.map(({ streamVersion }) => streamVersion).filter((each) => expected.includes(each)),
    );
    if ([...found].join() === expected.join()) return undefined;
    return `of ${streamId} were delivered ${[...found].join()}, not ${expected.join()}`;
  });

/** The old build cannot execute what the new one's saga has emitted, and keeps what comes after it in the same stream. */
const answers: Expectation['missing'] = (world, build) =>
  first(byStream(inEffect(world, 'saga:Answering')).values(), (stream) => {
    const amended = stream.find((event) => event.type === 'ward.amended' && isUnanswered(world, event));
    const waiting = build === 'old' && amended ? amended.position : Infinity;
    return first(stream, ({ type, eventId, position }) => {
      if (position >= waiting) return undefined;
      const indexes = type === 'ward.noted' ? [0, 1] : [0];
      return first(indexes, (index) => effectMissing(world, 'ward.answered', eventId, index));
    });
  });

const isUnanswered = (world: World, { eventId }: StoredEvent): boolean =>
  !world.effects.has(effectName('ward.answered', eventId, 0));

const reminders: Expectation['missing'] = (world) =>
  first(inEffect(world, 'saga:Reminders'), ({ eventId }) => effectMissing(world, 'ward.reminded', eventId, 0));

/** An alarm rings, unless it was cleared in time: then it does not. */
const alarms: Expectation['missing'] = (world) =>
  first(byStream(inEffect(world, 'saga:Alarms')).values(), (events) =>
    first(events.entries(), ([i, { type, eventId }]) => {
      if (type !== 'ward.alarm-set') return undefined;
      const cleared = events.slice(i).find((later) => later.type === 'ward.alarm-cleared');
      if (!cleared) return effectMissing(world, 'ward.alarm-rang', eventId, 0);
      const rangAt = world.effects.get(effectName('ward.alarm-rang', eventId, 0));
      const withdrawnAt = world.withdrawnAt.get(cleared.position);
      const isLate = rangAt !== undefined && withdrawnAt !== undefined && rangAt > withdrawnAt;
      return isLate ? `the alarm of ${eventId} rang after it was cleared` : undefined;
    }),
  );

function effectMissing(world: World, type: string, eventId: string, index: number): string | undefined {
  const isRefused = world.behaviourOf(`command ${eventId} ${index}`).isRefused;
  const effect = effectName(type, eventId, index);
  if (world.effects.has(effect) !== isRefused) return undefined;
  return isRefused ? `${effect} was refused, and is there` : `${effect} is missing`;
}

/** A command may have to wait for others of its stream that fail, hang, or are tried again later, by a clock that was set back. */
const LONG_ENOUGH_MS = 120_000;

export const eventually: readonly Expectation[] = [
  { invariant: 'one-holder', withinMs: 15_000, missing: holders },
  { invariant: 'acknowledged', withinMs: 0, missing: acknowledged },
  { invariant: 'caught-up', withinMs: LONG_ENOUGH_MS, missing: caughtUp },
  { invariant: 'nothing-healthy-set-aside', withinMs: LONG_ENOUGH_MS, missing: setAside },
  { invariant: 'projection-is-fold', withinMs: LONG_ENOUGH_MS, missing: charts },
  { invariant: 'projection-is-fold', withinMs: LONG_ENOUGH_MS, missing: wards },
  { invariant: 'handled-in-order', withinMs: LONG_ENOUGH_MS, missing: deliveries },
  { invariant: 'saga-answers', withinMs: LONG_ENOUGH_MS, missing: answers },
  { invariant: 'timers-fire', withinMs: LONG_ENOUGH_MS, missing: reminders },
  { invariant: 'timers-fire', withinMs: LONG_ENOUGH_MS, missing: alarms },
];
