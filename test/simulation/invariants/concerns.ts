import { builds, type BuildName } from '../builds/build.js';
import type { Poison } from '../builds/events.js';
import type { StoredEvent } from '../database/write-log.js';
import type { World } from '../world.js';

const SAGAS: Readonly<Record<string, Readonly<Record<BuildName, readonly string[]>>>> = {
  'saga:Answering': {
    old: ['ward.noted', 'ward.weighed'],
    new: ['ward.noted', 'ward.weighed', 'ward.amended'],
  },
  'saga:Alarms': { old: ['ward.alarm-set', 'ward.alarm-cleared'], new: ['ward.alarm-set', 'ward.alarm-cleared'] },
  'saga:Reminders': { old: ['ward.alarm-set'], new: ['ward.alarm-set'] },
};

const POISONED_BY: Readonly<Record<string, readonly Poison[]>> = {
  'projection:chart@1': ['chart', 'row'],
  'saga:Answering': ['answering'],
  'handler:Notify': ['notify'],
};

/** What each build's consumers handle, as whoever wrote the ward knows it. */
const TYPES = new Map<string, Readonly<Record<BuildName, ReadonlySet<string>>>>();
const { old, new: newer } = builds;
for (const kind of ['projections', 'handlers'] as const) {
  for (const [i, { name, types }] of old[kind].entries()) TYPES.set(name, { old: types, new: newer[kind][i]!.types });
}
for (const [name, types] of Object.entries(SAGAS)) {
  TYPES.set(name, { old: new Set(types.old), new: new Set(types.new) });
}

export const consumers: readonly string[] = [...TYPES.keys()];

/** Events of a stream that some build's consumer of that name handles, by now. */
export function concerning(world: World, consumer: string): StoredEvent[] {
  const types = TYPES.get(consumer)!;
  const known = world.declared.has('new') ? types.new : types.old;
  return world.database.log.events.filter(({ type }) => known.has(type));
}

export const isPoison = (consumer: string, { content }: StoredEvent): boolean => {
  const { poison } = content as { poison?: Poison };
  return poison !== undefined && (POISONED_BY[consumer] ?? []).includes(poison);
};

/** Whether that build's consumer can handle the event, poison or not. */
export const isReadable = (consumer: string, build: BuildName, { type, schemaVersion }: StoredEvent): boolean =>
  TYPES.get(consumer)![build].has(type) && (build === 'new' || type !== 'ward.weighed' || schemaVersion === 1);

/** Those that are not set aside. */
export function inEffect(world: World, consumer: string): StoredEvent[] {
  const { deadLetters } = world.database;
  return concerning(world, consumer).filter(({ position }) => !deadLetters.find(consumer, position));
}

export function byStream(events: readonly StoredEvent[]): Map<string, StoredEvent[]> {
  const streams = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.streamId);
    if (stream) stream.push(event);
    else streams.set(event.streamId, [event]);
  }
  return streams;
}

const CLASSES: Readonly<Record<string, string>> = {
  'ward.noted': 'Noted',
  'ward.weighed': 'Weighed',
  'ward.amended': 'Amended',
  'ward.answered': 'Answered',
  'ward.alarm-rang': 'AlarmRang',
};

/** What a projection of the ward makes of an event. */
export const entryOf = ({ streamVersion, type }: StoredEvent): string => `${streamVersion} ${CLASSES[type]!}`;
