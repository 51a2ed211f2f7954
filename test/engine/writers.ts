import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { WriteSide } from './sql/write-side.js';

/** The function of one event on one stream, which most commands use, and that of any number. */
export type AppendFunction = 'append_event' | 'append';

/** A connection that appends inside of transactions of its own making, as the engine never does: to hold them open, or to take them back. */
export class Writer extends WriteSide {
  static override async connect(databaseUrl: string): Promise<Writer> {
    return new Writer(await this.open(databaseUrl));
  }

  /** Whether the stream was at the expected version. */
  async write(
    stream: string,
    expected: number,
    events: number,
    by: AppendFunction = events === 1 ? 'append_event' : 'append',
  ): Promise<boolean> {
    const position =
      by === 'append_event'
        ? await this.appendEvent({ stream, expected })
        : await this.append([{ stream, expected, data: Array.from({ length: events }, () => ({ by: 1 })) }]);
    return position > 0;
  }

  async versionOf(streamId: string): Promise<number> {
    const [row] = await this.rows<{ version: number }>('select version from write.streams where stream_id = $1', [
      streamId,
    ]);
    return row?.version ?? 0;
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
      const appended = await writer.write(stream, version, events);
      if (appended && chance(0.2)) {
        await writer.run('savepoint s');
        const more = await writer.write(stream, version + events, 2);
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
