import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openLanes, type OpenLanes, SHORT_MS } from '../../test/support/lanes.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { until } from '../../test/support/until.js';
import { arrayParameter } from './array-parameter.js';
import type { Database } from './database.js';
import { DEFAULT_LIMITS, type Lane, LANES } from './limits.js';
import { quick, sql } from './sql.js';
import { DatabaseUnavailable } from './unavailable.js';

/** Time that a machine with other work to do may take on top of a deadline. */
const SLACK_MS = 2000;

const ping = sql`select 1 as one`;
const pid = sql`select pg_backend_pid() as pid`;
const sleep = sql`select pg_sleep($1)`;
const shelf = quick(sql`select book from shelf where id = $1`);
const shelfBySearch = sql`select book from shelf order by id`;
const stock = quick(sql`select amount from stock where id = $1`);
const stockBySearch = sql`select amount from stock order by id`;
const sell = sql`update stock set amount = amount - $2 where id = $1 returning amount`;

const tables = `
  create table shelf (id int primary key, book text);
  create table stock (id int primary key, amount int);
  insert into shelf select i, 'book ' || i from generate_series(1, 9) i;
  insert into stock select i, 1000 from generate_series(1, 9) i`;

describe('lanes', () => {
  let own: TestDatabase;
  let lanes: OpenLanes;
  let other: pg.Client;

  beforeEach(async () => {
    own = await createTestDatabase();
    other = new pg.Client(own.url);
    other.on('error', () => undefined);
    await other.connect();
    await other.query(tables);
  });
  afterEach(async () => {
    await other.end();
    await lanes.close();
    await own.drop();
  });

  const grouped = (lane: Lane) => lane === 'commands' || lane === 'loads' || lane === 'reads' || lane === 'projections';
  const ask = (lane: Lane, { database }: OpenLanes = lanes) =>
    grouped(lane) ? database.together(lane, ping, []) : database.query(ping, [], lane);
  /** Everything that the lanes do is answered. */
  const askAll = (but?: Lane) => Promise.all(LANES.filter((lane) => lane !== but).map((lane) => ask(lane)));
  const took = async (work: Promise<unknown>) => {
    const started = performance.now();
    const [outcome] = await Promise.allSettled([work]);
    return { ms: performance.now() - started, outcome };
  };
  const isUnavailable = { status: 'rejected', reason: expect.any(DatabaseUnavailable) as unknown };
  const answersAgain = async (lane: Lane) =>
    until(
      () =>
        ask(lane).then(
          () => true,
          () => false,
        ),
      15_000,
    );

  it.each(LANES)('go on when %s is full of statements that take long', async (lane) => {
    lanes = await openLanes(own.url, 10_000);
    const sleeping = Promise.allSettled(Array.from({ length: 40 }, () => lanes.database.query(sleep, [30], lane)));
    await until(async () => {
      const { rows } = await other.query<{ n: string }>(
        `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
      );
      return Number(rows[0]!.n) > 0;
    });
    await askAll(lane);
    await lanes.close();
    expect((await sleeping).map(({ status }) => status)).not.toContain('fulfilled');
  });

  describe('when one server process stands still', () => {
    let stopped: number;
    afterEach(() => process.kill(stopped, 'SIGCONT'));

    it.each(LANES.filter(grouped))('serve others at once on other connections of the lane %s', async (lane) => {
      lanes = await openLanes(own.url, 5000);
      const { database } = lanes;
      [[stopped]] = (await database.together<[number]>(lane, pid, [])) as [[number]];
      process.kill(stopped, 'SIGSTOP');
      const held = took(ask(lane));
      await pause(10);
      for (let turn = 0; turn < 20; turn++) await ask(lane);
      await askAll();
      const { ms, outcome } = await held;
      expect(outcome).toMatchObject(isUnavailable);
      expect(ms).toBeLessThan(5000 + SLACK_MS);
      await ask(lane);
    });
  });

  describe('when the network fails', () => {
    let proxy: TcpProxy;
    beforeEach(async () => {
      proxy = await TcpProxy.before(own.url);
      lanes = await openLanes(proxy.url(own.url));
      await askAll();
    });
    afterEach(() => proxy.close());

    it('without a word, answer within the deadline that they cannot, and go on once it is back', async () => {
      proxy.blackHole();
      for (let round = 0; round < 2; round++) {
        const answers = await Promise.all(LANES.flatMap((lane) => [took(ask(lane)), took(ask(lane))]));
        for (const { ms, outcome } of answers) {
          expect(outcome).toMatchObject(isUnavailable);
          expect(ms).toBeLessThan(SHORT_MS + SLACK_MS);
        }
      }
      await proxy.resume();
      await Promise.all(LANES.map(answersAgain));
    });

    it('before a transaction has begun, answer that it is not available: nothing is left that nobody hears', async () => {
      const unheard: unknown[] = [];
      const hear = (error: unknown) => unheard.push(error);
      process.on('unhandledRejection', hear);
      proxy.blackHole();
      try {
        const begun = LANES.map((lane) => took(lanes.database.transaction(async () => undefined, lane)));
        for (const { outcome } of await Promise.all(begun)) expect(outcome).toMatchObject(isUnavailable);
        await pause(50);
      } finally {
        process.off('unhandledRejection', hear);
      }
      expect(unheard).toEqual([]);
    });

    it('for the connections that are there, go on with new ones after one deadline', async () => {
      proxy.loseConnections();
      const started = performance.now();
      await Promise.all(LANES.map(answersAgain));
      expect(performance.now() - started).toBeLessThan(SHORT_MS + SLACK_MS);
    });

    it('in one lane, take connections of others that were silent since for lost as well', async () => {
      await lanes.close();
      const deadlines = { ...DEFAULT_LIMITS.deadlines, health: SHORT_MS };
      lanes = await openLanes(proxy.url(own.url), 10_000, { limits: { ...DEFAULT_LIMITS, deadlines } });
      await askAll();
      // those that answered in the last second before the deadline are not suspected: as long as this one is
      await pause(100);
      proxy.loseConnections();
      expect((await took(ask('health'))).outcome).toMatchObject(isUnavailable);
      await askAll();
    });

    it('in one lane, keep the connections of others that have answered since', async () => {
      const pidOf = async () => (await lanes.database.query<{ pid: number }>(pid, [], 'leases'))[0]!.pid;
      const before = await pidOf();
      const [health] = await lanes.database.query<{ pid: number }>(pid, [], 'health');
      process.kill(health!.pid, 'SIGSTOP');
      const asked = took(ask('health'));
      await pause(10);
      await pidOf();
      expect((await asked).outcome).toMatchObject(isUnavailable);
      process.kill(health!.pid, 'SIGCONT');
      expect(await pidOf()).toBe(before);
    });

    it('for a while, deliver what was on its way', async () => {
      proxy.stop();
      const asked = Promise.all(LANES.map((lane) => ask(lane)));
      await pause(SHORT_MS / 4);
      await proxy.resume();
      await asked;
    });

    it('by refusing, say so at once', async () => {
      await proxy.refuse();
      await until(() => proxy.open === 0);
      for (const lane of LANES) expect((await took(ask(lane))).outcome).toMatchObject(isUnavailable);
      await proxy.resume();
      await askAll();
    });

    it('can be closed although nobody answers', async () => {
      proxy.blackHole();
      const { ms } = await took(lanes.close());
      expect(ms).toBeLessThan(SLACK_MS);
    });
  });

  describe('when a table is locked', () => {
    const lock = async (table: string) => {
      await other.query('begin');
      await other.query(`lock table ${table} in access exclusive mode`);
    };
    /** Groups and single statements that read the table, as forty requests at once do. */
    const readers = (database: Database) =>
      Array.from({ length: 40 }, (_, i) =>
        took(i % 2 ? database.query(shelf, [1 + (i % 9)]) : database.query(shelfBySearch)),
      );

    it('serve all that does not need it, while forty wait for it; and those once it is free', async () => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      await lock('shelf');
      const waiting = Promise.all(readers(database));
      for (let turn = 0; turn < 10; turn++) {
        await Promise.all([database.query(stock, [1]), database.query(stockBySearch), askAll()]);
        await Promise.all(
          (['commands', 'projections'] as const).map((lane) => database.together(lane, sell, [1 + (turn % 9), 1])),
        );
      }
      await other.query('commit');
      const outcomes = (await waiting).map(({ outcome }) => outcome);
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'fulfilled'));
      const values = outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value);
      expect(values[1]).toEqual([{ book: 'book 2' }]);
      expect(values[0]).toHaveLength(9);
    });

    it('answer those that need it when it is not free in time', async () => {
      lanes = await openLanes(own.url);
      await lock('shelf');
      for (const { ms, outcome } of await Promise.all(readers(lanes.database))) {
        expect(outcome.status).toBe('rejected');
        expect(ms).toBeLessThan(SHORT_MS + SLACK_MS);
      }
      await other.query('rollback');
      expect(await lanes.database.query(shelf, [1])).toEqual([{ book: 'book 1' }]);
    });

    it('tell the first of them that the lock stood in the way', async () => {
      lanes = await openLanes(own.url);
      await lock('shelf');
      await expect(lanes.database.query(shelf, [1])).rejects.toMatchObject({ code: '55P03' });
      await other.query('rollback');
    });

    it('name the columns of a statement that no connection had run before', async () => {
      lanes = await openLanes(own.url, 10_000);
      await lock('shelf');
      const first = lanes.database.query(quick(sql`select id, book from shelf where id = $1`), [2]);
      await pause(100);
      await other.query('commit');
      expect(await first).toEqual([{ id: 2, book: 'book 2' }]);
    });

    it('do the commands on other rows while many wait for one row', async () => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      await other.query('begin');
      await other.query('update stock set amount = 500 where id = 1');
      const held = Array.from({ length: 25 }, () => database.together<[number]>('commands', sell, [1, 1]));
      for (let turn = 0; turn < 20; turn++) await database.together('commands', sell, [2 + (turn % 8), 1]);
      await other.query('commit');
      const amounts = (await Promise.all(held)).map(([row]) => row![0]);
      expect(amounts.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => 475 + i));
    });

    it('let one try for the row, and all together once it is free', async () => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      await other.query(`
        create sequence tries;
        create function try_to_sell(which int) returns text language plpgsql as $$ begin
          perform nextval('tries');
          update stock set amount = amount - 1 where id = which;
          return pg_current_xact_id();
        end $$`);
      const tries = async () => (await other.query<{ n: string }>('select last_value as n from tries')).rows[0]!.n;
      const buy = () => database.together<[string]>('commands', sql`select try_to_sell($1)`, [1]);

      await other.query('begin');
      await other.query('update stock set amount = 500 where id = 1');
      const held = [buy()];
      // in its group, and then on a connection that waits
      await until(async () => (await tries()) === '2');
      for (let more = 0; more < 20; more++) {
        held.push(buy());
        await pause(5);
      }
      expect(await tries()).toBe('2');
      await other.query('commit');
      const transactions = (await Promise.all(held)).map(([row]) => row![0]);
      expect(new Set(transactions.slice(1)).size).toBeLessThan(10);
    });
  });

  describe('when a table changes', () => {
    it.each([
      ['a column that changes its type', `alter table stock alter amount type text using 'some'`, { amount: 'some' }],
      ['a column that is new', `alter table stock add note text default 'new'`, { amount: 1000, note: 'new' }],
    ])('see %s in the next answer, on each connection', async (_what, change, row) => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      const everything = sql`select * from stock where id = $1`;
      const asks = () =>
        Promise.all([
          ...Array.from({ length: 8 }, () => database.query(everything, [1])),
          ...Array.from({ length: 8 }, () => database.query(quick(everything), [1])),
          database.transaction((connection) => connection.query(everything, [1])).catch(() => []),
        ]);
      await asks();
      await other.query(change);
      const [first] = await asks();
      expect(first).toEqual([{ id: 1, ...row }]);
      expect((await asks()).map((rows) => rows[0])).toEqual(Array.from({ length: 17 }, () => ({ id: 1, ...row })));
    });

    it('answer all who ask meanwhile', async () => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      let changing = true;
      const asking = Promise.all(
        Array.from({ length: 10 }, async (_, i) => {
          while (changing) {
            const rows = await database.query<{ amount: unknown }>(i % 2 ? stock : stockBySearch, i % 2 ? [1] : []);
            expect(rows[0]).toEqual({ amount: expect.anything() as unknown });
            await pause(1);
          }
        }),
      );
      for (const type of ['bigint', 'text', 'numeric', 'int']) {
        await other.query(`alter table stock alter amount type ${type} using amount::text::${type}`);
        await pause(50);
      }
      changing = false;
      await asking;
    });
  });

  describe('bound what waits', () => {
    it('by number', async () => {
      lanes = await openLanes(own.url, 10_000);
      const asked = Array.from({ length: 6000 }, () => lanes.database.query(ping, [], 'searches'));
      const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(1000);
      expect(refused[0]).toMatchObject({ reason: { name: 'DatabaseBusy' } });
      await ask('searches');
    });

    it('by the size of the values', async () => {
      lanes = await openLanes(own.url, 10_000);
      const large = 'x'.repeat(4 * 1024 * 1024);
      const length = sql`select length($1) as length`;
      const asked = Array.from({ length: 6 }, () => lanes.database.query(length, [large], 'searches'));
      const statuses = (await Promise.allSettled(asked)).map(({ status }) => status);
      expect(statuses).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
      expect(await lanes.database.query(length, ['x'.repeat(20 * 1024 * 1024)])).toEqual([
        { length: 20 * 1024 * 1024 },
      ]);
    });

    it('and divide into groups what is too large for one', async () => {
      lanes = await openLanes(own.url, 10_000);
      const transaction = sql`select pg_current_xact_id()::text, length($1)`;
      const transactionsOf = async (length: number) => {
        const asked = Array.from({ length: 8 }, () =>
          lanes.database.together<[string]>('reads', transaction, ['x'.repeat(length)]),
        );
        return new Set((await Promise.all(asked)).map(([row]) => row![0])).size;
      };
      expect(await transactionsOf(1000)).toBe(1);
      expect(await transactionsOf(300_000)).toBe(3);
    });
  });

  it('undo a transaction that is not over within the deadline, and serve the next one', async () => {
    lanes = await openLanes(own.url);
    const { database } = lanes;
    const never = new Promise<void>(() => undefined);
    const hanging = Array.from({ length: 3 }, () =>
      took(
        database.transaction(async (connection) => {
          await connection.query(sell, [1, 1]);
          await never;
        }),
      ),
    );
    for (const { ms, outcome } of await Promise.all(hanging)) {
      expect(outcome.status).toBe('rejected');
      expect(ms).toBeLessThan(2 * SHORT_MS + SLACK_MS);
    }
    await database.transaction((connection) => connection.query(sell, [1, 1]));
    expect(await database.query(stock, [1])).toEqual([{ amount: 999 }]);
  });

  it('break a session whose query takes too long', async () => {
    lanes = await openLanes(own.url);
    const session = await lanes.database.connect({ query_timeout: 200 });
    const ended = new Promise((resolve) => session.once('end', resolve));
    await expect(session.query('select pg_sleep(30)')).rejects.toBeInstanceOf(DatabaseUnavailable);
    await ended;
  });

  it('give their sessions bounds on the server', async () => {
    lanes = await openLanes(own.url, 10_000);
    const settings = sql`
      select name, setting from pg_settings
      where name like '%\\_timeout' and setting <> '0' or name like 'tcp_keepalives%' order by name`;
    const shown = async (rows: Promise<{ name: string; setting: string }[]>) =>
      Object.fromEntries((await rows).map(({ name, setting }) => [name, setting]));
    const usual = {
      statement_timeout: '10000',
      idle_in_transaction_session_timeout: '10000',
      tcp_keepalives_idle: '10',
      tcp_keepalives_interval: '4',
      tcp_keepalives_count: '3',
    };
    const { database } = lanes;
    expect(await shown(database.query(settings))).toMatchObject({ ...usual, lock_timeout: '25' });
    expect(await shown(database.transaction((connection) => connection.query(settings)))).toMatchObject({
      ...usual,
      lock_timeout: '4000',
    });
    const session = await database.connect();
    const ofSession = session.query<{ name: string; setting: string }>(settings.text);
    expect(await shown(ofSession.then(({ rows }) => rows))).toMatchObject(usual);
    await session.end();
    const { rows } = await other.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    const { transaction_timeout } = await shown(database.query(settings));
    expect(transaction_timeout).toBe(rows[0]!.version >= 170_000 ? '30000' : undefined);
  });

  it('mean the same by every value, whatever the database and the user say', async () => {
    const name = new URL(own.url).pathname.slice(1);
    const others = {
      timezone: "'Asia/Kathmandu'",
      datestyle: "'SQL, DMY'",
      intervalstyle: "'iso_8601'",
      extra_float_digits: '-5',
      bytea_output: "'escape'",
      array_nulls: 'off',
      standard_conforming_strings: 'off',
      transform_null_equals: 'on',
      xmloption: "'document'",
      default_transaction_isolation: "'serializable'",
    };
    const answersOf = async () => {
      lanes = await openLanes(own.url, 10_000);
      const { database } = lanes;
      const texts = arrayParameter(['a', null, 'NULL', '\\', '"'], 'text');
      const moments = arrayParameter(['2026-03-04T05:06:07.123456Z', null], 'timestamptz');
      const question = sql`
        select t.t, t.t is null as none, m.m::text, m.m, '1.23456789012345678'::float8 as f, '01/02/03'::date::text as d, '\\x00ff'::bytea::text as b,
          '1 day 2 hours'::interval::text as i, '\\'::text as s, current_setting('transaction_isolation') as isolation
        from unnest($1::text[]) t (t), unnest($2::timestamptz[]) m (m)`;
      const asked = [texts, moments];
      const session = await database.connect();
      const answers = [
        await database.query(question, asked).then((rows) => rows.map(({ isolation: _alone, ...row }) => row)),
        await database.transaction((connection) => connection.query(question, asked)),
        await session
          .query<{ f: number; t: string }>(
            `select 1.23456789012345678::float8 as f, '{a,NULL}'::text[]::text as t, now()::text ~ '\\+00$' as utc`,
          )
          .then(({ rows }) => rows),
      ];
      await session.end();
      return answers;
    };
    const usual = await answersOf();
    await lanes.close();
    for (const [setting, value] of Object.entries(others)) {
      await other.query(`alter database ${name} set ${setting} = ${value}`);
    }
    expect(await answersOf()).toEqual(usual);
    expect(usual[0]).toContainEqual(expect.objectContaining({ t: null, none: true }));
    expect(usual[1]).toContainEqual(expect.objectContaining({ isolation: 'read committed' }));
  });

  it('leave the connections of migrations without bounds, whatever the database says', async () => {
    const name = new URL(own.url).pathname.slice(1);
    await other.query(`alter database ${name} set statement_timeout = 1; alter database ${name} set lock_timeout = 1`);
    await other.query(`do $$ begin
      if current_setting('server_version_num')::int >= 170000 then
        execute 'alter database ' || current_database() || ' set transaction_timeout = 60000';
      end if; end $$`);
    lanes = await openLanes(own.url, 10_000);
    const rows: unknown = await lanes.database.dataSource.query(
      `select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'transaction_timeout',
         'idle_in_transaction_session_timeout') and setting <> '0'`,
    );
    expect(rows).toEqual([]);
    expect(await lanes.database.query(sql`select pg_sleep(0.05)`)).toHaveLength(1);
  });
});
