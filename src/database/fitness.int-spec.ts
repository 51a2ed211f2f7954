import { NestFactory } from '@nestjs/core';
import { administer, createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { SettingError } from '../operations/config.js';
import { DatabaseModule } from './database.module.js';
import { openDatabase } from './open-database.js';

describe('a database with another isolation level than the log is made for', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
    const name = new URL(own.url).pathname.slice(1);
    await administer(own.url, `alter database ${name} set default_transaction_isolation = 'repeatable read'`);
  });
  afterAll(() => own.drop());

  const module = () => DatabaseModule.forRoot({ url: own.url, poolSize: 10, migrateOnStart: false });

  it.each([
    ['a program that opens it', () => openDatabase({ databaseUrl: own.url, dataFolder: '.data' })],
    [
      'the application, which gets the embedded one too',
      () => NestFactory.createApplicationContext(module(), { logger: false, abortOnError: false }),
    ],
  ])('stops the start of %s, in one line that says what to do', async (_what, start) => {
    const error = await start().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SettingError);
    expect((error as Error).message).toMatch(/^DATABASE_URL .*default_transaction_isolation is repeatable read: .+$/);
  });
});
