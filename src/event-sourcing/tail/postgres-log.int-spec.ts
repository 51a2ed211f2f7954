import { randomUUID } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { Writer } from '../../../test/engine/writers.js';
import { DatabaseModule } from '../../database/database.module.js';
import { Database } from '../../database/database.js';
import { PostgresLog } from './postgres-log.js';

const BOUNDS = { rows: 1_000, bytes: 500_000 };

describe('the log in PostgreSQL', () => {
  let database: TestDatabase;
  let writer: Writer;
  let log: PostgresLog;
  let close: () => Promise<void>;

  beforeAll(async () => {
    database = await createTestDatabase();
    writer = await Writer.connect(database.url);
    const app = await Test.createTestingModule({
      imports: [DatabaseModule.forRoot({ url: database.url, poolSize: 4, migrateOnStart: false })],
    }).compile();
    log = new PostgresLog(app.get(Database));
    close = () => app.close();
  });
  afterAll(async () => {
    await close();
    await writer.end();
    await database.drop();
  });

  const append = async (data: object, type = 'test.large') => {
    const { rows } = await writer.client.query<{ position: number }>(
      `select write.append_event($1, 'test.stream', 0, $2, $3, 1::smallint, $4, '{}', null, null) as position`,
      [randomUUID(), randomUUID(), type, JSON.stringify(data)],
    );
    return rows[0]!.position;
  };

  it('leaves out the data of what is large, and has it when it is asked for that alone', async () => {
    const text = Array.from({ length: 3_000 }, () => randomUUID()).join();
    const small = await append({ text: 'a few words' });
    const large = await append({ text });
    const { rows } = await log.read(small - 1, large, ['test.large'], BOUNDS);
    expect(rows.map(({ position, data }) => [position, data])).toEqual([
      [small, '{"text": "a few words"}'],
      [large, undefined],
    ]);
    const [whole] = await log.at([large]);
    expect(JSON.parse(whole!.data!)).toEqual({ text });
  });

  it('goes on past long stretches of types that nobody asked for, a part of them at a time', async () => {
    const first = await append({}, 'test.rare');
    await writer.client.query(`select setval('write.event_position', ${first + 250_000})`);
    const last = await append({}, 'test.rare');
    const steps: number[] = [];
    const found: number[] = [];
    for (let after = first - 1; after < last;) {
      const { rows, upTo } = await log.read(after, last, ['test.rare'], BOUNDS);
      found.push(...rows.map(({ position }) => position));
      steps.push((after = upTo));
    }
    expect(found).toEqual([first, last]);
    expect(steps.length).toBeGreaterThan(1);
  });
});
