import type { Instant } from '../domain-event.js';

/** An event as it is stored, before anybody knows whether this build can read it. */
export interface LogRow {
  readonly position: number;
  readonly streamId: string;
  /** Version of the stream after this event, from 1. */
  readonly streamVersion: number;
  readonly eventId: string;
  /** Name in the event catalogue of the build that stored it. */
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON; undefined where it is so large that it is read alone, by `Log.dataAt`. */
  readonly data: string | undefined;
  /** JSON. */
  readonly metadata: string;
  readonly recordedAt: Instant;
  /** Bytes that the row takes, about. */
  readonly size: number;
}

export interface Stretch {
  readonly rows: readonly LogRow[];
  /** Every event of the asked types up to here is among the rows. */
  readonly upTo: number;
}

export interface StretchBounds {
  readonly rows: number;
  readonly bytes: number;
}

/** The log as the tail reads it. A port: PostgreSQL in life, a model of it in the simulation. */
export abstract class Log {
  /**
   * Events of the types with `after < position <= upTo`, in order, until one of the bounds is reached; at least one where there is one.
   * The caller takes care that `upTo` is safe.
   */
  abstract read(after: number, upTo: number, types: readonly string[], bounds: StretchBounds): Promise<Stretch>;

  /** Whole rows at the positions, in order, each with its data. */
  abstract at(positions: readonly number[]): Promise<LogRow[]>;
}
