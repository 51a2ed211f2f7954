import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { Log, type LogRow, type Stretch, type StretchBounds } from './log.js';

/** Stored bytes, which PostgreSQL knows without reading them, up to which data comes with its row. Compressed, if it was worth it. */
const INLINE_BYTES = 8_000;

/** Positions that one statement looks through: types that are rare would have it walk the whole log, past any deadline. */
const LOOKED_THROUGH = 100_000;

const COLUMNS = `position, stream_id as "streamId", stream_version as "streamVersion", event_id as "eventId", type,
  schema_version as "schemaVersion", recorded_at as "recordedAt"`;

const read = statement(`
  select ${COLUMNS}, data, metadata, size from write.read_log($1, $2, $3::text[], $4::int, $5::int, ${INLINE_BYTES})`);
const at = statement(`
  select ${COLUMNS}, data::text as data, metadata::text as metadata, octet_length(data::text) as size
  from write.events where position = any($1::bigint[]) order by position`);

@Injectable()
export class PostgresLog extends Log {
  constructor(private readonly database: Database) {
    super();
  }

  async read(after: number, upTo: number, types: readonly string[], bounds: StretchBounds): Promise<Stretch> {
    const end = Math.min(upTo, after + LOOKED_THROUGH);
    const values = [after, end, types, bounds.rows, bounds.bytes];
    const found = await this.database.query<LogRow & { data: string | null }>(read, values, 'projections');
    const rows = found.map((row) => ({ ...row, data: row.data ?? undefined }));
    const full = rows.length >= bounds.rows || rows.reduce((sum, { size }) => sum + size, 0) >= bounds.bytes;
    return { rows, upTo: full ? rows.at(-1)!.position : end };
  }

  at(positions: readonly number[]): Promise<LogRow[]> {
    return this.database.query<LogRow & Record<string, unknown>>(at, [positions], 'projections');
  }
}
