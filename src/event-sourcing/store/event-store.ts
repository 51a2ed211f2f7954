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

    const values = streams.length > 0 ? this.appendParameters(unit, metadata) : [unit.lastPositionSeen];
    const base = values.length;
    for (const effect of effects) values.push(...effect.values);
    const rows = await this.database
      .tuples<[boolean, number, string | null, number | null, ...unknown[]]>(
        this.commitStatement(streams.length > 0, effects, base),
        values,
      )
      .catch(async (error: unknown) => {
        throw (await violationOf(error, effects)) ?? error;
      });

    const [ok, position, conflictStream, conflictVersion, ...results] = rows[0]!;
    if (!ok) throw conflictOf(unit, conflictStream!, conflictVersion ?? 0);
    effects.forEach((effect, i) => effect.onResult?.(results[i]));
    return { position, versions: versionsAfter(unit) };
  }

  private appendParameters(unit: UnitOfWork, metadata: CommandMetadata): unknown[] {
    const { streams } = unit;
    const eventStreams: number[] = [];
    const versions: number[] = [];
    const ids: string[] = [];
    const types: string[] = [];
    const schemaVersions: number[] = [];
    const data: string[] = [];
    const metadatas: string[] = [];
    streams.forEach(({ streamId, streamType, expectedVersion, events }, index) => {
      events.forEach((event, n) => {
        const known = this.registry.catalogue.of(event.constructor as EventClass);
        eventStreams.push(index + 1);
        versions.push(expectedVersion + n + 1);
        ids.push(newId());
        types.push(known.name);
        schemaVersions.push(known.version);
        data.push(JSON.stringify(event.data));
        metadatas.push(JSON.stringify({ ...metadata, ...this.metadataOf(event, { streamId, streamType }) }));
      });
    });
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
  private commitStatement(appends: boolean, effects: readonly Effect[], base: number): Statement {
    const key = `${appends}|${effects.map((effect) => effect.call).join('|')}`;
    let commit = this.commits.get(key);
    if (!commit) {
      let next = base;
      const calls = effects.map(({ call, values }) => {
        const shifted = call.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + next}`);
        next += values.length;
        return `, case when appended.ok then ${shifted} end`;
      });
      const source = appends
        ? `write.append($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::uuid[], $7::text[], $8::smallint[],
             $9::jsonb[], $10::jsonb[], $11::uuid[], $12::int[])`
        : `(select true as ok, $1::bigint as position, null::uuid as conflict_stream, null::int as conflict_version)`;
      commit = statement(
        `select appended.ok, appended.position, appended.conflict_stream, appended.conflict_version ${calls.join('')}
         from ${source} appended`,
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

function conflictOf(unit: UnitOfWork, streamId: string, currentVersion: number): ConcurrencyConflict {
  const staged = unit.streams.find((stream) => stream.streamId === streamId);
  return new ConcurrencyConflict(streamId, staged?.expectedVersion ?? unit.guards.get(streamId) ?? 0, currentVersion);
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
