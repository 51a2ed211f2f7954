import type { WriteSide } from './write-side.js';

export interface StoredEvent {
  readonly position: number;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: { readonly actor: string };
  readonly recordedAt: string;
}

export const versionOf = async (on: WriteSide, stream: string): Promise<number | undefined> =>
  (await on.rows<{ version: number }>('select version from write.streams where stream_id = $1', [stream]))[0]?.version;

/** In the order of the log. */
export const eventsOf = (on: WriteSide, ...streams: readonly string[]): Promise<StoredEvent[]> =>
  on.rows<StoredEvent & Record<string, unknown>>(
    `select position, stream_version as version, type, data, metadata, recorded_at::text as "recordedAt"
     from write.events where stream_id = any($1::uuid[]) order by position`,
    [streams],
  );
