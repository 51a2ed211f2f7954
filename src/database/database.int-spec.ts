import { EventEmitter } from 'node:events';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { typeOrmOptions } from './data-source.js';
import { Database } from './database.js';
import { sql } from './sql.js';
import { DatabaseUnavailable } from './unavailable.js';

const one = sql`select 1 as one`;

describe('a connection that breaks while it is handed over', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  beforeEach(async () => {
    own = await createTestDatabase();
    dataSource = await new DataSource(typeOrmOptions({ url: own.url, poolSize: 2 })).initialize();
    database = new Database(dataSource);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.close();
    await dataSource.destroy();
    await own.drop();
  });

  /** Whoever waits for the connection goes on in the next microtask, and nobody else listens. */
  const breakNextOne = () => {
    const emit = jest.spyOn(pg.Client.prototype, 'emit');
    emit.mockImplementation(function (this: pg.Client, event: string | symbol, ...details: unknown[]) {
      if (event === 'connect') {
        emit.mockRestore();
        process.nextTick(() => this.connection.emit('errorMessage', goingDown()));
      }
      return EventEmitter.prototype.emit.call(this, event, ...details);
    });
  };
  const goingDown = () => Object.assign(new Error('terminating connection'), { code: '57P01' });

  it.each([
    ['a group of statements', () => database.together('reads', one, [])],
    ['a transaction', () => database.transaction((connection) => connection.query(one))],
    ['a query', () => database.query(one)],
  ])('is an error of %s, and does not end the process', async (_what, ask) => {
    breakNextOne();
    await expect(ask()).rejects.toThrow(DatabaseUnavailable);
    await ask();
  });
});
