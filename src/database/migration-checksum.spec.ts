import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { checksumOf, nameOf, timestampOf } from './migration-checksum.js';

const sending = (up: (runner: QueryRunner) => Promise<unknown>, name = 'Sending1700000900000') =>
  class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await up(runner);
    }
    down(): Promise<void> {
      return Promise.resolve();
    }
  };

describe('the checksum of a migration', () => {
  const of = (...statements: string[]) =>
    checksumOf(
      sending(async (runner) => {
        for (const statement of statements) await runner.query(statement);
      }),
    );

  it('is of the SQL that it sends, whoever sends it', async () => {
    expect(await of('select 1')).toBe(await checksumOf(sending((runner) => runner.query('select ' + String(1)))));
    expect(await of('select 1')).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another statement', ['select 2']],
    ['white space', ['select  1']],
    ['a comment in the SQL', ['select 1 -- one']],
    ['a statement more', ['select 1', 'select 1']],
    ['no statement', []],
  ])('is changed by %s', async (_what, statements) => {
    expect(await of(...statements)).not.toBe(await of('select 1'));
  });

  it('is changed by the parameters, and by where a statement ends', async () => {
    const withParameter = (value: number) => checksumOf(sending((runner) => runner.query('select $1', [value])));
    expect(await withParameter(1)).not.toBe(await withParameter(2));
    expect(await of('a', 'b')).not.toBe(await of('ab'));
  });

  it('cannot be had of a migration that decides by what a query answers', async () => {
    const deciding = sending(async (runner) => {
      const [row] = (await runner.query('select 1 as one')) as { one: number }[];
      if (row?.one === 1) await runner.query('select 2');
    });
    await expect(checksumOf(deciding)).rejects.toThrow('Sending1700000900000 looks at the answer of a query');
  });

  it('cannot be had of a migration that sends by other ways than query()', async () => {
    await expect(checksumOf(sending((runner) => runner.dropSchema('read')))).rejects.toThrow(
      'Sending1700000900000 uses more of its runner than query() (dropSchema)',
    );
  });
});

describe('the migrations of this version', () => {
  it('each have a checksum of their own, and one again the next time', async () => {
    const checksums = await Promise.all(migrations.map(checksumOf));
    expect(new Set(checksums).size).toBe(migrations.length);
    expect(await Promise.all(migrations.map(checksumOf))).toEqual(checksums);
  });

  it('are listed in the order of the timestamps in their names', () => {
    const timestamps = migrations.map((migration) => timestampOf(nameOf(migration)));
    expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
    expect(new Set(timestamps).size).toBe(timestamps.length);
  });
});
