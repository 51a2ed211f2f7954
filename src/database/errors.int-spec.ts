import { DataSource } from 'typeorm';
import pg from 'pg';
import { openLanes, type OpenLanes } from '../../test/support/lanes.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { typeOrmOptions } from './data-source.js';
import { Database } from './database.js';
import { isDataError, isTransient } from './sql-state.js';
import { sql, type Statement, statement } from './sql.js';
import { DatabaseUnavailable, isUnavailable } from './unavailable.js';

/** As the server raises it, whatever the reason would be. */
const raising = (sqlState: string) =>
  statement(`do $$ begin raise exception 'no' using errcode = '${sqlState}'; end $$`);

describe('what the database throws', () => {
  let own: TestDatabase;
  let lanes: OpenLanes;
  beforeAll(async () => {
    own = await createTestDatabase();
    lanes = await openLanes(own.url);
  });
  afterAll(async () => {
    await lanes.close();
    await own.drop();
  });

  const ways: Record<string, (asked: Statement) => Promise<unknown>> = {
    'a query': (asked) => lanes.database.query(asked),
    'a query of a lane': (asked) => lanes.database.query(asked, [], 'leases'),
    'a group': (asked) => lanes.database.together('reads', asked, []),
    'a group of several': (asked) =>
      Promise.all([
        lanes.database.together('commands', asked, []),
        lanes.database.together('commands', sql`select 1`, []),
      ]),
    'a transaction': (asked) => lanes.database.transaction((connection) => connection.query(asked)),
    'a session': async (asked) => {
      const session = await lanes.database.connect();
      try {
        return await session.query(asked);
      } finally {
        await session.end();
      }
    },
  };
  const thrownBy = (work: Promise<unknown>) =>
    work.then(
      () => {
        throw new Error('nothing was thrown');
      },
      (error: unknown) => error,
    );

  describe.each(Object.entries(ways))('by %s', (_way, ask) => {
    it.each(['22012', '23505', '54000', 'AN002'])(
      'is the error itself where it is one of the values or our own: %s',
      async (sqlState) => {
        const error = await thrownBy(ask(raising(sqlState)));
        expect(error).toMatchObject({ code: sqlState });
        expect([isDataError(error), isTransient(error), isUnavailable(error)]).toEqual([
          sqlState !== 'AN002',
          false,
          false,
        ]);
      },
    );

    it.each(['40001', '40P01', '55P03'])('is the error itself where others were at work: %s', async (sqlState) => {
      const error = await thrownBy(ask(raising(sqlState)));
      expect(error).toMatchObject({ code: sqlState });
      expect([isDataError(error), isTransient(error), isUnavailable(error)]).toEqual([false, true, false]);
    });

    it.each(['42703', '42501', '57014', '53100', '58030', 'XX000', '25006', '28P01', 'P0001', '0A000'])(
      'is that the database is unavailable otherwise: %s',
      async (sqlState) => {
        const error = await thrownBy(ask(raising(sqlState)));
        expect(error).toBeInstanceOf(DatabaseUnavailable);
        expect(error).toMatchObject({ sqlState, cause: { code: sqlState } });
        expect([isDataError(error), isTransient(error)]).toEqual([false, false]);
      },
    );

    it('is that the database is unavailable when a column is missing', async () => {
      expect(await thrownBy(ask(sql`select missing from write.streams`))).toMatchObject({ sqlState: '42703' });
    });
  });

  it('is what the work of a transaction throws, also where it looks like trouble of a network', async () => {
    const refused = Object.assign(new Error('the mail server refuses'), { code: 'ECONNREFUSED' });
    const error = await thrownBy(lanes.database.transaction(() => Promise.reject(refused)));
    expect(error).toBe(refused);
    expect(isUnavailable(error)).toBe(false);
  });

  it('is what failed in a transaction, also where its work goes on as if nothing had', async () => {
    const error = await thrownBy(
      lanes.database.transaction(async (connection) => {
        await connection.query(raising('22012')).catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: '22012' });
  });

  it('does not undo a transaction by halves', async () => {
    const made = sql`create table halves (n int)`;
    await thrownBy(
      lanes.database.transaction(async (connection) => {
        await connection.query(made);
        throw new Error('no');
      }),
    );
    await lanes.database.transaction((connection) => connection.query(made));
    expect(await lanes.database.query(sql`select count(*) as n from halves`)).toEqual([{ n: 0 }]);
  });

  describe('in connecting', () => {
    let proxy: TcpProxy;
    let elsewhere: OpenLanes;
    beforeAll(async () => {
      proxy = await TcpProxy.before(own.url);
      elsewhere = await openLanes(proxy.url(own.url));
      await proxy.refuse();
    });
    afterAll(async () => {
      await elsewhere.close();
      await proxy.close();
    });

    const asks: Record<string, (database: Database) => Promise<unknown>> = {
      query: (database) => database.query(sql`select 1`),
      group: (database) => database.together('reads', sql`select 1`, []),
      transaction: (database) => database.transaction((connection) => connection.query(sql`select 1`)),
      session: (database) => database.connect(),
    };

    it.each(Object.entries(asks))('is that it is unavailable when connections are refused: %s', async (_what, ask) => {
      const error = await thrownBy(ask(elsewhere.database));
      expect(error).toBeInstanceOf(DatabaseUnavailable);
      expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    });

    /** Another configuration than the one that the data source connected with. */
    const reconfigured = async (change: Partial<pg.PoolConfig>) => {
      const dataSource = await new DataSource(typeOrmOptions({ url: own.url, poolSize: 1 })).initialize();
      const { options } = (dataSource.driver as unknown as { master: pg.Pool }).master;
      const { user, password, host, port, database } = new pg.Client(own.url);
      Object.assign(options, { connectionString: undefined, user, password, host, port, database, ...change });
      const changed = new Database(dataSource);
      return { database: changed, close: () => Promise.all([changed.close(), dataSource.destroy()]) };
    };

    it.each([
      ['the name of the server is unknown', { host: 'nowhere.invalid' }],
      ['the password is wrong', { password: 'wrong' }],
      ['there is no such database', { database: 'nowhere' }],
      // the server's code for it is that of a wrong value
      ['the role of the application is gone', { options: '-c role=nobody_knows_it' }],
    ])('is that it is unavailable when %s', async (_what, change) => {
      const { database, close } = await reconfigured(change);
      for (const ask of Object.values(asks)) expect(await thrownBy(ask(database))).toBeInstanceOf(DatabaseUnavailable);
      await close();
    });
  });
});
