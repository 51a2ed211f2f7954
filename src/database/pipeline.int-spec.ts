import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { Connections } from './connections.js';
import { Pipeline, type PipelineOptions } from './pipeline.js';
import { sql } from './sql.js';
import { isUnavailable } from './unavailable.js';

const add = sql`insert into counted (n) values ($1) returning n, pg_current_xact_id()::text, array[n, null]::int[]`;
const deposit = sql`update account set balance = balance + $2 where id = $1 returning balance`;

describe('statements that wait at the same time', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let open: Connections[];
  let pipeline: Pipeline;

  const lane = (options: Partial<PipelineOptions> = {}) => {
    const connectionsWith = (lockTimeoutMs: number) =>
      new Connections({ connectionString: database.url, lock_timeout: lockTimeoutMs }, 4);
    const [own, patient] = [connectionsWith(25), connectionsWith(4000)];
    open.push(own, patient);
    const usual = { width: 1, most: 64, heavy: Infinity, patience: 1000, deadline: 10_000, heldUpBy: 'row' } as const;
    return new Pipeline(own, patient, { ...usual, ...options });
  };
  const rowsOf = async (...asked: Parameters<Pipeline['run']>) => (await pipeline.run(...asked)).rows;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 6 });
    pool.on('error', () => undefined);
    await pool.query('create table counted (n int primary key)');
    await pool.query('create table account (id int primary key, balance int not null check (balance >= 0))');
  });
  beforeEach(async () => {
    await pool.query('truncate counted, account');
    await pool.query('insert into account select i, 10 from generate_series(1, 3) i');
    open = [];
    pipeline = lane();
  });
  afterEach(() => Promise.all(open.map((some) => some.close())));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const counted = async () =>
    (await pool.query<{ n: number }>('select n from counted order by n')).rows.map((r) => r.n);

  it('share a transaction, and each gets its own rows', async () => {
    const rows = await Promise.all([1, 2, 3].map((n) => rowsOf(add, [n])));
    expect(rows.map(([row]) => row?.[0])).toEqual([1, 2, 3]);
    expect(new Set(rows.map(([row]) => row?.[1])).size).toBe(1);
    expect(rows[2]).toEqual([[3, expect.any(String), [3, null]]]);
  });

  it('go in one group while another is on its way', async () => {
    const first = rowsOf(add, [1]);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const [[one], [two], [three]] = await Promise.all([first, rowsOf(add, [2]), rowsOf(add, [3])]);
    expect(two?.[1]).toBe(three?.[1]);
    expect(one?.[1]).not.toBe(two?.[1]);
  });

  it('are divided among the groups that are free when they are heavy, and go together when they are light', async () => {
    const groupsOf = async (heavy: number) => {
      pipeline = lane({ width: 2, heavy });
      await pool.query('truncate counted');
      const rows = await Promise.all([1, 2, 3, 4].map((n) => rowsOf(add, [n])));
      return rows.map(([row]) => row?.[1]);
    };
    const [one, two, three, four] = await groupsOf(4);
    expect([two, four]).toEqual([one, three]);
    expect(one).not.toBe(three);
    expect(new Set(await groupsOf(5)).size).toBe(1);
  });

  it('do not undo each other: the one that fails is told why, the others are done', async () => {
    await pipeline.run(add, [2]);
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => pipeline.run(add, [n])));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toMatchObject({ code: '23505', constraint: 'counted_pkey' });
    expect(await counted()).toEqual([1, 2, 3]);
  });

  it('fail by themselves when they are alone, without being tried twice', async () => {
    const draw = sql`select 1 / (nextval('tries') - $1)`;
    await pool.query('create sequence tries');
    await expect(pipeline.run(draw, [1])).rejects.toMatchObject({ code: '22012' });
    expect((await pool.query('select last_value::int as tries from tries')).rows).toEqual([{ tries: 1 }]);
  });

  it('are decided by themselves when a group was undone: who lost to one that is not stored has not lost', async () => {
    await pool.query('create sequence times');
    const addTheFirstTime = sql`insert into counted select $1 where nextval('times') = 1 returning n`;
    expect(await Promise.all([rowsOf(addTheFirstTime, [1]), rowsOf(add, [1])])).toEqual([
      [],
      [[1, expect.any(String), [1, null]]],
    ]);
  });

  it('are sent in their order, so that they take locks in one', async () => {
    const sent = sql`select pg_current_xact_id()::text, nextval('turns')::int, $1::int`;
    await pool.query('create sequence turns');
    const turns = await Promise.all(
      [3, 1, 2].map((order) => rowsOf(sent, [order], { order: String(order) }).then(([row]) => row!)),
    );
    expect(turns.map(([, turn]) => turn)).toEqual([3, 1, 2]);
    expect(new Set(turns.map(([transaction]) => transaction)).size).toBe(1);
  });

  it('are refused one by one when their values cannot be sent', async () => {
    const broken = {
      toPostgres: () => {
        throw new Error('no text');
      },
    };
    const outcomes = await Promise.allSettled([
      pipeline.run(add, [1]),
      pipeline.run(add, [broken]),
      pipeline.run(add, ['x']),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await counted()).toEqual([1]);
  });

  it('go on with prepared statements after an error came between', async () => {
    for (let round = 0; round < 3; round++) {
      await Promise.allSettled([
        pipeline.run(add, [1]),
        pipeline.run(deposit, [1, -100]),
        pipeline.run(deposit, [2, 1]),
      ]);
    }
    expect((await pool.query('select balance from account order by id')).rows).toEqual([
      { balance: 10 },
      { balance: 13 },
      { balance: 10 },
    ]);
  });

  it('do not wait for the lock that one of them waits for', async () => {
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query('update account set balance = 0 where id = 1');
      let deposited = false;
      const waiting = rowsOf(deposit, [1, 1]).then((rows) => {
        deposited = true;
        return rows;
      });
      await Promise.all([pipeline.run(deposit, [2, 1]), pipeline.run(deposit, [3, 1])]);
      await pipeline.run(add, [1]);
      expect(deposited).toBe(false);
      await other.query('commit');
      expect(await waiting).toEqual([[1]]);
    } finally {
      other.release();
    }
  });

  it('that lock each other out in two processes are all done in the end', async () => {
    const lanes = [pipeline, lane()];
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => lanes[i % 2]!.run(deposit, [i % 4 < 2 ? 1 + (i % 2) : 2 - (i % 2), 1])),
    );
    const { rows } = await pool.query<{ total: string }>('select sum(balance) as total from account');
    expect(Number(rows[0]?.total)).toBe(230);
  });

  it('learn that the connection was lost, and the next ones get another', async () => {
    const killer = await pool.connect();
    const sleeping = Promise.allSettled([pipeline.run(sql`select pg_sleep(30)`, []), pipeline.run(add, [1])]);
    for (;;) {
      const { rowCount } = await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
      );
      if (rowCount) break;
    }
    killer.release();
    for (const outcome of await sleeping) {
      expect(outcome.status).toBe('rejected');
      expect(isUnavailable((outcome as PromiseRejectedResult).reason)).toBe(true);
    }
    expect(await counted()).toEqual([]);
    expect((await rowsOf(add, [1]))[0]?.[0]).toBe(1);
  });
});
