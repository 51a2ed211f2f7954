import { randomUUID } from 'node:crypto';
import { type Check, check, waits } from './check.js';
import { METADATA, type WriteSide } from './write-side.js';

const METADATA_TEXT = `{"actor": "${METADATA.actor}", "correlationId": "${METADATA.correlationId}"}`;
/** What a row counts besides its texts. */
const ROW_BYTES = 200;

/** Appends one event of a type for each of the data, to a stream of its own. Returns the positions. */
async function events(on: WriteSide, type: string, data: readonly object[]): Promise<number[]> {
  const stream = randomUUID();
  const positions: number[] = [];
  for (const [n, each] of data.entries()) {
    positions.push(await on.appendEvent({ stream, expected: n, type, data: each }));
  }
  return positions;
}

const newType = () => `engine.${randomUUID()}`;
const positionsOf = (rows: readonly { position: number }[]) => rows.map(({ position }) => position);
const countTo = (n: number) => Array.from({ length: n }, (_, i) => ({ n: i + 1 }));
/** Data that hardly compresses. */
const incompressible = (words: number) => ({ words: Array.from({ length: words }, () => randomUUID()) });

const storedSize = async (on: WriteSide, position: number): Promise<number> =>
  (
    await on.rows<{ size: number }>('select pg_column_size(data) as size from write.events where position = $1', [
      position,
    ])
  )[0]!.size;

export const readLogChecks: Check[] = [
  check('gives the events of the asked types after one position and up to another, in order', async (database) => {
    const on = await database.connect();
    const [asked, alsoAsked, other] = [newType(), newType(), newType()];
    const [before, one] = (await events(on, asked, countTo(2))) as [number, number];
    await events(on, other, countTo(2));
    const [two, three] = (await events(on, alsoAsked, countTo(2))) as [number, number];
    const [four] = (await events(on, asked, countTo(2))) as [number, number];
    await on.run('set role anamnesis_app');
    const rows = await on.readLog({ after: before, upTo: four, types: [asked, alsoAsked] });
    expect(positionsOf(rows)).toEqual([one, two, three, four]);
  }),

  check('gives each event whole, its data and metadata as JSON text', async (database) => {
    const on = await database.connect();
    const [type, stream, event] = [newType(), randomUUID(), randomUUID()];
    const position = await on.appendEvent({ stream, event, type, schemaVersion: 2, data: { by: 1 } });
    const [stored] = await on.rows<{ recorded_at: string }>('select * from write.events where position = $1', [
      position,
    ]);
    expect(await on.readLog({ after: position - 1, upTo: position, types: [type] })).toEqual([
      {
        position,
        stream_id: stream,
        stream_version: 1,
        event_id: event,
        type,
        schema_version: 2,
        data: '{"by": 1}',
        metadata: METADATA_TEXT,
        recorded_at: stored!.recorded_at,
        size: ROW_BYTES + METADATA_TEXT.length + '{"by": 1}'.length,
      },
    ]);
  }),

  check('counts the bytes of a row, not its characters', async (database) => {
    const on = await database.connect();
    const type = newType();
    const [position] = (await events(on, type, [{ name: 'ÄÖÜ' }])) as [number];
    const [row] = await on.readLog({ after: position - 1, upTo: position, types: [type] });
    expect(row!.size).toBe(ROW_BYTES + METADATA_TEXT.length + '{"name": "ÄÖÜ"}'.length + 3);
  }),

  check('ends after as many rows as are asked for', async (database) => {
    const on = await database.connect();
    const type = newType();
    const positions = await events(on, type, countTo(5));
    const rows = await on.readLog({ after: positions[0]! - 1, upTo: positions[4]!, types: [type], rows: 3 });
    expect(positionsOf(rows)).toEqual(positions.slice(0, 3));
  }),

  check('ends with the row that reaches the bytes that are asked for', async (database) => {
    const on = await database.connect();
    const type = newType();
    const positions = await events(on, type, countTo(5));
    const all = { after: positions[0]! - 1, upTo: positions[4]!, types: [type] };
    const { size } = (await on.readLog(all))[0]!;
    expect(await on.readLog({ ...all, bytes: 3 * size - 1 })).toHaveLength(3);
    expect(await on.readLog({ ...all, bytes: 3 * size })).toHaveLength(3);
    expect(await on.readLog({ ...all, bytes: 3 * size + 1 })).toHaveLength(4);
  }),

  check('gives at least one row, however large', async (database) => {
    const on = await database.connect();
    const type = newType();
    const positions = await events(on, type, countTo(2));
    const rows = await on.readLog({ after: positions[0]! - 1, upTo: positions[1]!, types: [type], bytes: 1 });
    expect(positionsOf(rows)).toEqual(positions.slice(0, 1));
  }),

  check('leaves out the data of an event that is stored in more than the bytes to inline', async (database) => {
    const on = await database.connect();
    const type = newType();
    const positions = await events(on, type, [{ by: 1 }, incompressible(400), { by: 2 }]);
    const stored = await storedSize(on, positions[1]!);
    const read = (inlineBytes: number) =>
      on.readLog({ after: positions[0]! - 1, upTo: positions[2]!, types: [type], inlineBytes });
    const without = await read(stored - 1);
    expect(without.map(({ data }) => data !== null)).toEqual([true, false, true]);
    expect(without[1]!.size).toBe(ROW_BYTES + METADATA_TEXT.length);
    const whole = await read(stored);
    expect(JSON.parse(whole[1]!.data!)).toMatchObject({ words: expect.arrayContaining([]) });
    expect(whole[1]!.size).toBe(ROW_BYTES + METADATA_TEXT.length + whole[1]!.data!.length);
  }),

  check('sees what the statement of its caller sees, not what is committed while that runs', async (database) => {
    const [gate, writer, reader] = [await database.connect(), await database.connect(), await database.connect()];
    const type = newType();
    await gate.run('select pg_advisory_lock(42)');
    const reading = reader.rows<{ position: number }>(
      `select log.* from (select pg_advisory_lock(42)::text as opened offset 0) gate,
         lateral write.read_log(length(opened)::bigint, 1000000000, $1, 10, 1000000, 8192) log`,
      [[type]],
    );
    await waits(reading, reader, gate);
    await events(writer, type, [{ by: 1 }]);
    await gate.run('select pg_advisory_unlock(42)');
    expect(await reading).toEqual([]);
  }),

  check(
    'walks the log in the order of positions, also before anything is known of its statistics',
    async (database) => {
      const [writer, reader] = [await database.connect(), await database.connect()];
      await writer.run('alter table write.events set (autovacuum_enabled = false)');
      const last = await writer.append([{ stream: randomUUID(), data: countTo(5000) }]);
      await reader.run('begin');
      expect(await reader.readLog({ after: last - 5000, upTo: last, rows: 10 })).toHaveLength(10);
      const [looked] = await reader.rows<{ at: number }>(
        `select seq_tup_read + idx_tup_fetch as at from pg_stat_xact_user_tables where relid = 'write.events'::regclass`,
      );
      expect(looked!.at).toBeLessThan(200);
    },
  ),
];
