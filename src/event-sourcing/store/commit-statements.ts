import { arrayOf, arrayParameter } from '../../database/array-parameter.js';
import { statement, type Statement } from '../../database/sql.js';
import type { DomainEvent, EventClass, EventMetadata } from '../domain-event.js';
import type { EventCatalogue } from '../event-catalogue.js';
import { newId } from '../ids.js';
import type { Effect, StagedStream, UnitOfWork } from '../unit-of-work.js';

/** Metadata of the command, copied into each of its events. */
export type CommandMetadata = Omit<EventMetadata, 'patientId'>;

/** Adds what the application knows of an event to its metadata, such as the patient it concerns. */
export type MetadataOf = (
  event: DomainEvent,
  stream: { streamId: string; streamType: string },
) => Partial<EventMetadata>;
export const METADATA_OF = Symbol('MetadataOf');

const SOURCES = {
  hold: 'write.hold($1::bigint, $2::uuid[], $3::int[])',
  append_event:
    'write.append_event($1::uuid, $2, $3::int, $4::uuid, $5, $6::smallint, $7::jsonb, $8::jsonb, $9::uuid, $10::int)',
  append: `write.append($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::smallint[],
    ${arrayOf('$9', 'jsonb')}, ${arrayOf('$10', 'jsonb')}, $11::int[], $12::uuid[], $13::int[])`,
} as const;
type Source = keyof typeof SOURCES;

/**
 * An expression that stores the staged events, holds what was read, and gives the position of the last event, or what is no position
 * (0 or null) on a conflict; and its parameters.
 */
export interface AppendCall {
  readonly source: Source;
  readonly parameters: readonly unknown[];
}

/** One event as the append functions take it. */
interface EventParameters {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly metadata: string;
}

/** Turns what a command staged into one statement: the append, and the command's effects as expressions over its result. */
export class CommitStatements {
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly metadataOf: MetadataOf,
  ) {}

  /** One event on one stream, the common command, goes by scalars; anything else by arrays. */
  appendCall(unit: UnitOfWork, metadata: CommandMetadata): AppendCall {
    const [stream, ...others] = unit.streams;
    if (!stream) return { source: 'hold', parameters: [unit.lastPositionSeen, ...guardsOf(unit)] };
    const [event, ...more] = stream.events;
    if (!event || others.length > 0 || more.length > 0 || !isGuardedInOrder(unit, stream))
      return this.arrays(unit, metadata);

    const { id, type, schemaVersion, data, metadata: all } = this.eventParameters(event, stream, metadata);
    const [[guard, guardVersion] = [null, null]] = unit.guards;
    const { streamId, streamType, expectedVersion } = stream;
    return {
      source: 'append_event',
      parameters: [streamId, streamType, expectedVersion, id, type, schemaVersion, data, all, guard, guardVersion],
    };
  }

  /** The effects are evaluated in order, and only when the versions held. */
  statement(source: Source, effects: readonly Effect[], firstParameter: number): Statement {
    const key = `${source}|${effects.map((effect) => effect.call).join('|')}`;
    let known = this.statements.get(key);
    if (!known) this.statements.set(key, (known = statement(textOf(source, effects, firstParameter))));
    return known;
  }

  private arrays(unit: UnitOfWork, metadata: CommandMetadata): AppendCall {
    const { streams } = unit;
    const events = streams.flatMap((stream) =>
      stream.events.map((event, n) => ({
        ...this.eventParameters(event, stream, metadata),
        streamId: stream.streamId,
        version: stream.expectedVersion + n + 1,
      })),
    );
    const places = new Map<string, number>();
    for (const event of events) if (!places.has(event.metadata)) places.set(event.metadata, places.size + 1);
    return {
      source: 'append',
      parameters: [
        ofEach(streams, 'uuid', (stream) => stream.streamId),
        ofEach(streams, 'text', (stream) => stream.streamType),
        ofEach(streams, 'int', (stream) => stream.expectedVersion),
        ofEach(events, 'uuid', (event) => event.streamId),
        ofEach(events, 'int', (event) => event.version),
        ofEach(events, 'uuid', (event) => event.id),
        ofEach(events, 'text', (event) => event.type),
        ofEach(events, 'smallint', (event) => event.schemaVersion),
        ofEach(events, 'jsonb', (event) => event.data),
        arrayParameter([...places.keys()], 'jsonb'),
        ofEach(events, 'int', (event) => places.get(event.metadata)!),
        ...guardsOf(unit),
      ],
    };
  }

  private eventParameters(event: DomainEvent, stream: StagedStream, metadata: CommandMetadata): EventParameters {
    const { name, version } = this.catalogue.of(event.constructor as EventClass);
    return {
      id: newId(),
      type: name,
      schemaVersion: version,
      data: JSON.stringify(event.data),
      metadata: JSON.stringify({ ...metadata, ...this.metadataOf(event, stream) }),
    };
  }
}

const ofEach = <T>(items: readonly T[], type: string, element: (item: T) => string | number): string =>
  arrayParameter(items.map(element), type);

const guardsOf = ({ guards }: UnitOfWork): string[] => [
  arrayParameter([...guards.keys()], 'uuid'),
  arrayParameter([...guards.values()], 'int'),
];

/** `append_event` locks its one guard before its stream: not in the order in which others may lock the two, unless the ids are so. */
const isGuardedInOrder = ({ guards }: UnitOfWork, { streamId }: StagedStream): boolean =>
  guards.size <= 1 && [...guards.keys()].every((guard) => guard < streamId);

function textOf(source: Source, effects: readonly Effect[], firstParameter: number): string {
  if (effects.length === 0) return `select ${SOURCES[source]}`;
  let next = firstParameter;
  const calls = effects.map(({ call, values }) => {
    const shifted = call.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + next}`);
    next += values.length;
    return `, case when appended.went then ${shifted} end`;
  });
  return `
    select appended.position ${calls.join('')} from (
      select position, ${source === 'hold' ? 'position is not null' : 'position > 0'} as went
      from (select ${SOURCES[source]} as position offset 0) once) appended`;
}
