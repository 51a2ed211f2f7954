import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import type { DomainEvent, EventClass, EventMetadata, Instant } from '../domain-event.js';
import { ConcurrencyConflict, DomainError } from '../errors.js';
import { UnreadableEvent } from '../event-catalogue.js';
import type { CommandOutcome } from '../execution-context.js';
import { FeatureRegistry } from '../feature-registry.js';
import { Scheduler } from '../scheduling/scheduler.js';
import type { Effect, UnitOfWork } from '../unit-of-work.js';
import { type CommandMetadata, CommitStatements, METADATA_OF, type MetadataOf } from './commit-statements.js';
import { constraintOf } from './pg-errors.js';

type StoredRow = [
  streamId: string,
  version: number,
  position: number,
  type: string,
  schemaVersion: number,
  data: Record<string, unknown>,
];

/** Events from which on a load lets other requests go ahead while it folds. */
const LONG_STREAM = 200;

interface RecordedRow extends Record<string, unknown> {
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

const RECORDED_COLUMNS =
  'position, stream_id, stream_version, event_id, type, schema_version, data, metadata, recorded_at';

const readStream = sql`
  select stream_id, stream_version, position, type, schema_version, data
  from write.events where stream_id = $1 order by stream_version`;
const readStreams = sql`
  select stream_id, stream_version, position, type, schema_version, data
  from write.events where stream_id = any($1::uuid[]) order by stream_id, stream_version`;
// An instant has milliseconds: what was recorded at its own `recordedAt` is part of the past that it names. An event is no earlier than
// those before it in its stream, though older builds recorded it so where the clock was set back.
const readRecorded = statement(`
  select ${RECORDED_COLUMNS} from (
    select *, max(recorded_at) over (partition by stream_id order by stream_version) as known_at
    from write.events where stream_id = any($1::uuid[])
  ) e
  where date_trunc('milliseconds', known_at) <= $2 order by position`);

/** A stored event, revived by whom it concerns. */
export interface StoredEvent {
  readonly streamId: string;
  readonly version: number;
  readonly position: number;
  /** Undefined for a type that only another build knows. */
  readonly of: EventClass | undefined;
  /** @throws DomainError `stream-unreadable` (unavailable) */
  readonly revive: () => DomainEvent;
}

const currentVersions = sql`select stream_id, version from write.streams where stream_id = any($1::uuid[])`;

/**
 * The append-only log. Events of one stream are ordered by version, those of all streams by position. The only way in is the
 * SQL function `write.append`: one round trip for any number of streams, with the command's effects in the same statement.
 */
@Injectable()
export class EventStore {
  private readonly statements: CommitStatements;

  constructor(
    private readonly database: Database,
    private readonly registry: FeatureRegistry,
    @Inject(METADATA_OF) metadataOf: MetadataOf,
    private readonly scheduler: Scheduler,
  ) {
    this.statements = new CommitStatements(registry.catalogue, metadataOf);
  }

  /** Reads the streams in one round trip and hands over their events, each stream in order. */
  async fold(streamIds: readonly string[], each: (event: StoredEvent) => void): Promise<void> {
    const rows =
      streamIds.length === 1
        ? await this.database.together<StoredRow>('loads', readStream, streamIds)
        : await this.database.together<StoredRow>('loads', readStreams, [streamIds]);
    const { catalogue } = this.registry;
    for (const [streamId, version, position, type, schemaVersion, data] of rows) {
      if (rows.length > LONG_STREAM) await this.scheduler.turn();
      const of = catalogue.named(type);
      each({
        streamId,
        version,
        position,
        of,
        revive: () => readable(() => catalogue.revive(type, schemaVersion, data)),
      });
    }
  }

  /** Recorded events of the streams up to `moment` (inclusive), of each stream without gaps, in the order of the log. */
  async recordedEvents(streamIds: readonly string[], moment: Instant = 'infinity'): Promise<DomainEvent[]> {
    const rows = await this.database.query<RecordedRow>(readRecorded, [streamIds, moment]);
    const events: DomainEvent[] = [];
    for (const row of rows) {
      if (rows.length > LONG_STREAM) await this.scheduler.turn();
      events.push(readable(() => this.revive(row)));
    }
    return events;
  }

  private revive(row: RecordedRow): DomainEvent {
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

    const { source, parameters } = this.statements.appendCall(unit, metadata);
    const values = [...parameters];
    for (const effect of effects) values.push(...effect.values);
    const rows = await this.database
      .together<[number | null, ...unknown[]]>(
        'commands',
        this.statements.statement(source, effects, parameters.length),
        values,
      )
      .catch(async (error: unknown) => {
        throw (await violationOf(error, effects)) ?? error;
      });

    const [position, ...results] = rows[0]!;
    if (position === null || (streams.length > 0 && position === 0)) throw await this.conflictOf(unit);
    effects.forEach((effect, i) => effect.onResult?.(results[i]));
    return { position, versions: versionsAfter(unit) };
  }

  /** Which stream had moved on. Asked only after a conflict. */
  private async conflictOf(unit: UnitOfWork): Promise<ConcurrencyConflict> {
    const expected = new Map(unit.guards);
    for (const { streamId, expectedVersion } of unit.streams) expected.set(streamId, expectedVersion);
    const rows = await this.database.query<{ stream_id: string; version: number }>(
      currentVersions,
      [[...expected.keys()]],
      'loads',
    );
    const actual = new Map(rows.map(({ stream_id, version }) => [stream_id, version]));
    const versions = [...expected].map(([id, version]) => [id, version, actual.get(id) ?? 0] as const);
    return new ConcurrencyConflict(...(versions.find(([, before, now]) => before !== now) ?? versions[0]!));
  }
}

/** What one build stored, another may not be able to read: that is no fault of the caller, and passes. */
function readable(revive: () => DomainEvent): DomainEvent {
  try {
    return revive();
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw new DomainError('unavailable', 'stream-unreadable', 'It was changed by another version of this service.');
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
