import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement, type Statement } from '../../database/sql.js';
import type { DomainEvent, EventClass, EventMetadata, Instant } from '../domain-event.js';
import { ConcurrencyConflict } from '../errors.js';
import type { CommandOutcome } from '../execution-context.js';
import { FeatureRegistry } from '../feature-registry.js';
import { newId } from '../ids.js';
import type { Effect, UnitOfWork } from '../unit-of-work.js';
import { constraintOf } from './pg-errors.js';

/** Metadata of the command, copied into each of its events. */
export type CommandMetadata = Omit<EventMetadata, 'patientId'>;

type StoredRow = [
  streamId: string,
  version: number,
  position: number,
  type: string,
  schemaVersion: number,
  data: Record<string, unknown>,
];

export interface LogRow {
  position: number;
  stream_id: string;
  stream_version: number;
  event_id: string;
  type: string;
  schema_version: number;
  data: Record<string, unknown>;
  metadata: EventMetadata;
  recorded_at: Instant;
}

const LOG_COLUMNS = 'position, stream_id, stream_version, event_id, type, schema_version, data, metadata, recorded_at';

const readStream = sql`
  select stream_id, stream_version, position, type, schema_version, data
  from write.events where stream_id = $1 order by stream_version`;
const readStreams = sql`
  select stream_id, stream_version, position, type, schema_version, data
  from write.events where stream_id = any($1::uuid[]) order by stream_id, stream_version`;
// An instant has milliseconds: what was recorded at its own `recordedAt` is part of the past that it names.
const readRecorded = statement(`
  select ${LOG_COLUMNS} from write.events
  where stream_id = any($1::uuid[]) and date_trunc('milliseconds', recorded_at) <= $2 order by position`);
const readLog = statement(`
  select ${LOG_COLUMNS} from write.events where position > $1 and position <= $2 order by position limit $3`);

const currentVersions = sql`select stream_id, version from write.streams where stream_id = any($1::uuid[])`;

const SOURCES = {
  nothing: '$1::bigint',
  append_event:
    'write.append_event($1::uuid, $2, $3::int, $4::uuid, $5, $6::smallint, $7::jsonb, $8::jsonb, $9::uuid, $10::int)',
  append: `write.append($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::smallint[],
    $9::jsonb[], $10::jsonb[], $11::uuid[], $12::int[])`,
} as const;
type Source = keyof typeof SOURCES;

/** Adds what the application knows of an event to its metadata, such as the patient it concerns. */
export type MetadataOf = (
  event: DomainEvent,
  stream: { streamId: string; streamType: string },
) => Partial<EventMetadata>;
export const METADATA_OF = Symbol('MetadataOf');

/**
 * The append-only log. Events of one stream are ordered by version, those of all streams by position. The only way in is the
 * SQL function `write.append`: one round trip for any number of streams, with the command's effects in the same statement.
 */
@Injectable()
export class EventStore {
  private readonly commits = new Map<string, Statement>();

  constructor(
    private readonly database: Database,
    private readonly registry: FeatureRegistry,
    @Inject(METADATA_OF) private readonly metadataOf: MetadataOf,
  ) {}

  /** Reads the streams in one round trip and hands over their events, each stream in order. */
  async fold(
    streamIds: readonly string[],
    each: (streamId: string, version: number, position: number, event: DomainEvent) => void,
  ): Promise<void> {
    const rows =
      streamIds.length === 1
        ? await this.database.tuples<StoredRow>(readStream, streamIds)
        : await this.database.tuples<StoredRow>(readStreams, [streamIds]);
    const { catalogue } = this.registry;
    for (const [streamId, version, position, type, schemaVersion, data] of rows) {
      each(streamId, version, position, catalogue.revive(type, schemaVersion, data));
    }
  }

  /** Recorded events of the streams up to `moment` (inclusive), in the order of the log. */
  async recordedEvents(streamIds: readonly string[], moment: Instant = 'infinity'): Promise<DomainEvent[]> {
    const rows = await this.database.query<LogRow>(readRecorded, [streamIds, moment]);
    return rows.map((row) => this.revive(row));
  }

  /** Events of all streams with `after < position <= upTo`. The caller takes care that `upTo` is safe: see SafeTail. */
  async log(after: number, upTo: number, limit: number): Promise<DomainEvent[]> {
    const rows = await this.database.query<LogRow>(readLog, [after, upTo, limit]);
    return rows.map((row) => this.revive(row));
  }

  revive(row: LogRow): DomainEvent {
    return this.registry.catalogue.revive(row.type, row.schema_version, row.data).recordedAs({
      streamId: row.stream_id,
      streamVersion: row.stream_version,
      position: row.position,
      eventId: row.event_id,
      recordedAt: row.recorded_at,
      metadata: row.metadata,
    });
  }

  /**
   * Stores all that a command staged, or nothing.
   * @throws ConcurrencyConflict when a stream or a guard is not at the version that the command saw
   * @throws the error that an effect makes of a violated constraint
   */
  async commit(unit: UnitOfWork, metadata: CommandMetadata): Promise<CommandOutcome> {
    const { effects, streams } = unit;
    if (streams.length === 0 && effects.length === 0) return { position: unit.lastPositionSeen, versions: unit.seen };

    const { source, parameters } = this.appendOf(unit, metadata);
    const values = [...parameters];
    for (const effect of effects) values.push(...effect.values);
    const rows = await this.database
      .tuples<[number, ...unknown[]]>(this.commitStatement(source, effects, parameters.length), values)
      .catch(async (error: unknown) => {
        throw (await violationOf(error, effects)) ?? error;
      });

    const [position, ...results] = rows[0]!;
    if (streams.length > 0 && position === 0) throw await this.conflictOf(unit);
    effects.forEach((effect, i) => effect.onResult?.(results[i]));
    return { position, versions: versionsAfter(unit) };
  }

  /** What stores the events: an expression that gives the position of the last one, or 0 on a conflict. */
  private appendOf(unit: UnitOfWork, metadata: CommandMetadata): { source: Source; parameters: unknown[] } {
    const [stream, ...others] = unit.streams;
    if (!stream) return { source: 'nothing', parameters: [unit.lastPositionSeen] };
    const [event, ...more] = stream.events;
    if (others.length > 0 || more.length > 0 || unit.guards.size > 1) {
      return { source: 'append', parameters: this.appendParameters(unit, metadata) };
    }
    const [guard] = unit.guards;
    const known = this.registry.catalogue.of(event!.constructor as EventClass);
    return {
      source: 'append_event',
      parameters: [
        stream.streamId,
        stream.streamType,
        stream.expectedVersion,
        newId(),
        known.name,
        known.version,
        JSON.stringify(event!.data),
        JSON.stringify({ ...metadata, ...this.metadataOf(event!, stream) }),
        guard?.[0] ?? null,
        guard?.[1] ?? null,
      ],
    };
  }

  /** Which stream had moved on. Asked only after a conflict. */
  private async conflictOf(unit: UnitOfWork): Promise<ConcurrencyConflict> {
    const expected = new Map(unit.guards);
    for (const { streamId, expectedVersion } of unit.streams) expected.set(streamId, expectedVersion);
    const rows = await this.database.query<{ stream_id: string; version: number }>(currentVersions, [
      [...expected.keys()],
    ]);
    const moved = rows.find(({ stream_id, version }) => expected.get(stream_id) !== version);
    const streamId = moved?.stream_id ?? unit.streams[0]!.streamId;
    return new ConcurrencyConflict(streamId, expected.get(streamId) ?? 0, moved?.version ?? 0);
  }

  private appendParameters(unit: UnitOfWork, metadata: CommandMetadata): unknown[] {
    const { streams } = unit;
    const eventStreams: string[] = [];
    const versions: number[] = [];
    const ids: string[] = [];
    const types: string[] = [];
    const schemaVersions: number[] = [];
    const data: string[] = [];
    const metadatas: string[] = [];
    for (const { streamId, streamType, expectedVersion, events } of streams) {
      events.forEach((event, n) => {
        const known = this.registry.catalogue.of(event.constructor as EventClass);
        eventStreams.push(streamId);
        versions.push(expectedVersion + n + 1);
        ids.push(newId());
        types.push(known.name);
        schemaVersions.push(known.version);
        data.push(JSON.stringify(event.data));
        metadatas.push(JSON.stringify({ ...metadata, ...this.metadataOf(event, { streamId, streamType }) }));
      });
    }
    return [
      streams.map((stream) => stream.streamId),
      streams.map((stream) => stream.streamType),
      streams.map((stream) => stream.expectedVersion),
      eventStreams,
      versions,
      ids,
      types,
      schemaVersions,
      data,
      metadatas,
      [...unit.guards.keys()],
      [...unit.guards.values()],
    ];
  }

  /** The effects are expressions over the append's row: evaluated in order, and only when the versions held. */
  private commitStatement(source: Source, effects: readonly Effect[], base: number): Statement {
    const key = `${source}|${effects.map((effect) => effect.call).join('|')}`;
    let commit = this.commits.get(key);
    if (!commit) {
      let next = base;
      const calls = effects.map(({ call, values }) => {
        const shifted = call.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + next}`);
        next += values.length;
        return `, case when appended.went then ${shifted} end`;
      });
      commit = statement(
        effects.length === 0
          ? `select ${SOURCES[source]}`
          : `select appended.position ${calls.join('')} from (
               select position, ${source === 'nothing' ? 'true' : 'position > 0'} as went
               from (select ${SOURCES[source]} as position offset 0) once) appended`,
      );
      this.commits.set(key, commit);
    }
    return commit;
  }
}

function versionsAfter(unit: UnitOfWork): Map<string, number> {
  const versions = new Map(unit.seen);
  for (const { streamId, expectedVersion, events } of unit.streams)
    versions.set(streamId, expectedVersion + events.length);
  return versions;
}

async function violationOf(error: unknown, effects: readonly Effect[]): Promise<Error | undefined> {
  const constraint = constraintOf(error);
  if (!constraint) return undefined;
  for (const { onViolation } of effects) {
    const translated = await onViolation?.(constraint);
    if (translated) return translated;
  }
  return undefined;
}
