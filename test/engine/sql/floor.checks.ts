import { randomUUID } from 'node:crypto';
import { safePosition } from '../../../src/event-sourcing/tail/safe-tail.js';
import { tailOn } from '../../../src/event-sourcing/tail/postgres-tail.js';
import { type Check, check, PATIENT, type Scratch, waits } from './check.js';
import type { WriteSide } from './write-side.js';

export type AppendOne = (on: WriteSide, stream: string, expected: number) => Promise<number>;

const FLOOR_NAMESPACE = 7777n;

async function emptyLog(database: Scratch): Promise<void> {
  const owner = await database.connect();
  await owner.run('truncate write.events, write.streams');
  await owner.run(`select setval('write.event_position', 1, false)`);
}

const lastDrawn = async (on: WriteSide): Promise<number> =>
  (await on.rows<{ last: number }>(`select coalesce(pg_sequence_last_value('write.event_position'), 0) as last`))[0]!
    .last;

/** The keys that the connection itself has locked, as whole numbers. */
const ownKeys = async (on: WriteSide): Promise<{ key: bigint; mode: string }[]> =>
  (
    await on.rows<{ high: string; low: string; mode: string }>(
      `select classid::bigint::text as high, objid::bigint::text as low, mode from pg_locks
       where locktype = 'advisory' and objsubid = 1 and pid = pg_backend_pid()`,
    )
  ).map(({ high, low, mode }) => ({ key: (BigInt(high) << 32n) | BigInt(low), mode }));

const safeOn = (connection: WriteSide) => safePosition(tailOn(connection.client));

/** What the safe tail asks of whoever draws positions (docs/adr/0002-safe-tail.md), statement by statement. */
export const floorChecks = (append: AppendOne): Check[] => [
  check('locks the last position that was drawn, in its namespace, before it draws its own', async (database) => {
    const writer = await database.connect();
    await append(writer, randomUUID(), 0);
    const before = await lastDrawn(writer);
    await writer.run('begin');
    const position = await append(writer, randomUUID(), 0);
    expect(position).toBe(before + 1);
    expect(await ownKeys(writer)).toEqual([{ key: (FLOOR_NAMESPACE << 48n) | BigInt(before), mode: 'ShareLock' }]);
  }),

  check('keeps the tail below its event until its transaction has ended, and no longer', async (database) => {
    const [writer, reader] = [await database.connect(), await database.connect()];
    await writer.run('begin');
    const position = await append(writer, randomUUID(), 0);
    expect(await safeOn(reader)).toBeLessThan(position);
    await writer.run('commit');
    expect(await safeOn(reader)).toBe(position);

    await writer.run('begin');
    const takenBack = await append(writer, randomUUID(), 0);
    await writer.run('rollback');
    expect(await safeOn(reader)).toBe(takenBack);
  }),

  check('keeps the tail below the very first event of a log', async (database) => {
    await emptyLog(database);
    const [writer, reader] = [await database.connect(), await database.connect()];
    await writer.run('begin');
    expect(await append(writer, randomUUID(), 0)).toBe(1);
    expect(await safeOn(reader)).toBe(0);
    await writer.run('commit');
    expect(await safeOn(reader)).toBe(1);
  }),

  check('does not wait for another that has locked the same position and not drawn yet', async (database) => {
    const [other, writer] = [await database.connect(), await database.connect()];
    const position = await append(writer, randomUUID(), 0);
    await other.run('begin');
    await other.rows('select pg_advisory_xact_lock_shared($1)', [String((FLOOR_NAMESPACE << 48n) | BigInt(position))]);
    await writer.run(PATIENT);
    expect(await append(writer, randomUUID(), 0)).toBe(position + 1);
  }),

  check('does not hold the tail back while it waits for its stream', async (database) => {
    const [holder, writer, reader] = [await database.connect(), await database.connect(), await database.connect()];
    const stream = randomUUID();
    await append(holder, stream, 0);
    await holder.run('begin');
    await holder.run(`select from write.streams where stream_id = '${stream}' for update`);
    const waiting = append(writer, stream, 1);
    await waits(waiting, writer, reader);
    const position = await append(reader, randomUUID(), 0);
    expect(await safeOn(reader)).toBe(position);
    await holder.run('rollback');
    expect(await waiting).toBe(position + 1);
  }),

  check('draws no position when there is a conflict', async (database) => {
    const writer = await database.connect();
    const stream = randomUUID();
    const position = await append(writer, stream, 0);
    expect(await append(writer, stream, 7)).toBe(0);
    expect(await append(writer, stream, 0)).toBe(0);
    expect(await lastDrawn(writer)).toBe(position);
  }),
];
