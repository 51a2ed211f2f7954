import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { types } from '../../src/database/types.js';

const append = {
  name: 'append',
  text: `
    select write.append(array[$1::uuid], array['engine.counter'], array[$2::int], array_fill($1::uuid, array[n]),
      (select array_agg(v) from generate_series($2::int + 1, $2::int + n) v), (select array_agg(gen_random_uuid()) from generate_series(1, n)),
      array_fill('engine.counted'::text, array[n]), array_fill(1::smallint, array[n]), array_fill('{"by":1}'::jsonb, array[n]),
      array['{"actor":"writer","correlationId":"00000000-0000-4000-8000-000000000000"}'::jsonb], array_fill(1, array[n]), '{}', '{}') > 0 as ok
    from (select $3::int as n) events`,
};

/** A connection that appends inside of transactions of its own making, as the engine never does: to hold them open, or to take them back. */
export class Writer {
  private constructor(readonly client: pg.Client) {}

  static async connect(databaseUrl: string): Promise<Writer> {
    const client = new pg.Client({ connectionString: databaseUrl, types });
    await client.connect();
    return new Writer(client);
  }

  /** Whether the stream was at the expected version. */
  async append(streamId: string, expectedVersion: number, events: number): Promise<boolean> {
    const { rows } = await this.client.query<{ ok: boolean }>({
      ...append,
      values: [streamId, expectedVersion, events],
    });
    return rows[0]!.ok;
  }

  async run(statement: 'begin' | 'commit' | 'rollback' | 'savepoint s' | 'rollback to s' | 'release s'): Promise<void> {
    await this.client.query(statement);
  }

  async versionOf(streamId: string): Promise<number> {
    const { rows } = await this.client.query<{ version: number }>(
      'select version from write.streams where stream_id = $1',
      [streamId],
    );
    return rows[0]?.version ?? 0;
  }

  end(): Promise<void> {
    return this.client.end();
  }
}

/** Many writers on few streams for a while, with pauses in the middle of transactions, conflicts, rollbacks and savepoints. */
export async function writeForAWhile(
  databaseUrl: string,
  { writers, streams, seconds }: { writers: number; streams: number; seconds: number },
) {
  const endsAt = Date.now() + seconds * 1000;
  const ids = Array.from({ length: streams }, () => randomUUID());
  const tally = { committed: 0, conflicts: 0, rolledBack: 0, partly: 0 };
  const chance = (share: number) => Math.random() < share;

  const write = async () => {
    const writer = await Writer.connect(databaseUrl);
    while (Date.now() < endsAt) {
      const stream = ids[Math.floor(Math.random() * ids.length)]!;
      let events = 1 + Math.floor(Math.random() * 3);
      await writer.run('begin');
      const version = await writer.versionOf(stream);
      if (chance(0.2)) await pause(Math.random() * 20);
      const appended = await writer.append(stream, version, events);
      if (appended && chance(0.2)) {
        await writer.run('savepoint s');
        const more = await writer.append(stream, version + events, 2);
        if (chance(0.3)) await pause(Math.random() * 10);
        if (more && chance(0.5)) {
          await writer.run('release s');
          events += 2;
        } else {
          await writer.run('rollback to s');
          tally.partly++;
        }
      }
      if (chance(0.3)) await pause(Math.random() * 30);
      if (appended && chance(0.9)) {
        await writer.run('commit');
        tally.committed += events;
      } else {
        await writer.run('rollback');
        tally[appended ? 'rolledBack' : 'conflicts']++;
      }
    }
    await writer.end();
  };
  await Promise.all(Array.from({ length: writers }, write));
  return tally;
}
