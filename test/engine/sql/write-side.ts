import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { types } from '../../../src/database/types.js';

export interface Appended {
  readonly stream: string;
  readonly kind?: string;
  readonly expected?: number;
  readonly event?: string;
  readonly type?: string;
  readonly schemaVersion?: number;
  readonly data?: object;
  readonly metadata?: object;
  readonly guard?: { readonly stream: string; readonly version: number };
}

/** One stream of a call of `write.append`, with as many events as there are data. */
export interface AppendedStream {
  readonly stream: string;
  readonly expected?: number;
  readonly data?: readonly object[];
}

export interface Step {
  readonly subscription: string;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
}

export interface LetterRow {
  readonly position: number;
  readonly stream_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly kind: string;
  readonly error: string;
  readonly attempts: number;
}

export interface LogBounds {
  readonly after: number;
  readonly upTo: number;
  readonly types?: readonly string[];
  readonly rows?: number;
  readonly bytes?: number;
  readonly inlineBytes?: number;
}

export interface ReadRow {
  readonly position: number;
  readonly stream_id: string;
  readonly stream_version: number;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: string | null;
  readonly metadata: string;
  readonly recorded_at: string;
  readonly size: number;
}

export const METADATA = { actor: 'writer', correlationId: '00000000-0000-4000-8000-000000000000' };

const appendEvent = {
  name: 'append_event',
  text: 'select write.append_event($1, $2, $3, $4, $5, $6::smallint, $7, $8, $9, $10) as position',
};
const append = {
  name: 'append',
  text: `
    select write.append($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::smallint[],
      $9::jsonb[], $10::jsonb[], $11::int[], $12::uuid[], $13::int[]) as position`,
};

/** A connection that calls the SQL functions of the write side by themselves, in transactions of the caller's making. */
export class WriteSide {
  protected constructor(readonly client: pg.Client) {}

  static async connect(databaseUrl: string): Promise<WriteSide> {
    return new WriteSide(await this.open(databaseUrl));
  }

  protected static async open(databaseUrl: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: databaseUrl, types });
    await client.connect();
    return client;
  }

  async run(statement: string): Promise<void> {
    await this.client.query(statement);
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(text, [...values])).rows;
  }

  /** Last position, or 0 on a conflict. */
  async appendEvent({ stream, expected = 0, guard, ...event }: Appended): Promise<number> {
    return this.position(appendEvent, [
      stream,
      event.kind ?? 'engine.counter',
      expected,
      event.event ?? randomUUID(),
      event.type ?? 'engine.counted',
      event.schemaVersion ?? 1,
      event.data ?? { by: 1 },
      event.metadata ?? METADATA,
      guard?.stream ?? null,
      guard?.version ?? null,
    ]);
  }

  /** Last position, or 0 on a conflict. Every second event has a metadata of its own. */
  async append(
    streams: readonly AppendedStream[],
    guards: readonly { readonly stream: string; readonly version: number }[] = [],
  ): Promise<number> {
    const events = streams.flatMap(({ stream, expected = 0, data = [{ by: 1 }] }) =>
      data.map((each, n) => ({ stream, version: expected + n + 1, data: each })),
    );
    return this.position(append, [
      streams.map(({ stream }) => stream),
      streams.map(() => 'engine.counter'),
      streams.map(({ expected = 0 }) => expected),
      events.map(({ stream }) => stream),
      events.map(({ version }) => version),
      events.map(() => randomUUID()),
      events.map(() => 'engine.counted'),
      events.map(() => 1),
      events.map(({ data }) => JSON.stringify(data)),
      [METADATA, { ...METADATA, actor: 'another' }].map((each) => JSON.stringify(each)),
      events.map((_, n) => (n % 2) + 1),
      guards.map(({ stream }) => stream),
      guards.map(({ version }) => version),
    ]);
  }

  /** The position, or null on a conflict. */
  async hold(
    position: number,
    guards: readonly { readonly stream: string; readonly version: number }[],
  ): Promise<number | null> {
    const [row] = await this.rows<{ position: number | null }>(
      'select write.hold($1, $2::uuid[], $3::int[]) as position',
      [position, guards.map(({ stream }) => stream), guards.map(({ version }) => version)],
    );
    return row!.position;
  }

  async advance({ subscription, from, to, epoch }: Step): Promise<void> {
    await this.rows('select write.advance($1, $2, $3, $4)', [subscription, from, to, epoch]);
  }

  async checkpoint(
    { subscription, from, to, epoch }: Step,
    { settles, letters }: { settles?: number; letters?: readonly LetterRow[] } = {},
  ): Promise<void> {
    const values = [subscription, from, to, epoch, settles ?? null, letters ? JSON.stringify(letters) : null];
    await this.rows('select write.checkpoint($1, $2, $3, $4, $5, $6)', values);
  }

  async completeCommand(command: string, epoch: number): Promise<void> {
    await this.rows('select write.complete_command($1, $2)', [command, epoch]);
  }

  async readLog({ after, upTo, types: of = ['engine.counted'], ...bounds }: LogBounds): Promise<ReadRow[]> {
    const { rows = 1000, bytes = 1_000_000, inlineBytes = 8192 } = bounds;
    return this.rows<ReadRow>('select * from write.read_log($1, $2, $3, $4, $5, $6)', [
      after,
      upTo,
      of,
      rows,
      bytes,
      inlineBytes,
    ]);
  }

  end(): Promise<void> {
    return this.client.end();
  }

  private async position(statement: { name: string; text: string }, values: unknown[]): Promise<number> {
    const { rows } = await this.client.query<{ position: number }>({ ...statement, values });
    return rows[0]!.position;
  }
}
