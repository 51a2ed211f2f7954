import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { Scratch } from './check.js';
import { checksOf } from './checks.js';

describe.each(Object.entries(checksOf))('write.%s', (_function, checks) => {
  let database: TestDatabase;
  let scratch: Scratch;
  beforeAll(async () => {
    database = await createTestDatabase();
    scratch = new Scratch(database.url);
  });
  afterEach(() => scratch.close());
  afterAll(() => database.drop());

  it.each(checks.map(({ sentence, holds }) => [sentence, holds] as const))('%s', (_sentence, holds) => holds(scratch));
});
