import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Subscriptions } from '../../src/event-sourcing/index.js';
import { Config } from '../../src/operations/config.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/**
 * The types that each subscription of a released build handled. A class that handles one of them no more has to say so by
 * `@PassesOver`, or its events are kept for a build that will never come (docs/adr/0019-events-of-other-builds.md). A subscription
 * that is gone, as after a renaming, is taken out of the file by hand, when it is known what became of what it had not handled.
 *
 *     UPDATE_GOLDEN=1 npm run jest -- test/golden/subscriptions
 *
 * adds what is new, and takes nothing away.
 */
const FILE = join(__dirname, 'subscriptions.json');
type Handled = Record<string, readonly string[]>;
const golden = JSON.parse(readFileSync(FILE, 'utf8')) as Handled;

describe('the subscriptions of earlier builds', () => {
  let database: TestDatabase;
  const today: Record<string, { types: ReadonlySet<string>; passesOver: ReadonlySet<string> }> = {};

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = new Config({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ROLE: 'api', MIGRATE_ON_START: 'false' });
    const app = await Test.createTestingModule({ imports: [AppModule.with(config, database.url)] }).compile();
    await app.init();
    for (const { name, types, passesOver } of app.get(Subscriptions, { strict: false }).all()) {
      today[name] = { types, passesOver };
    }
    await app.close();
    if (process.env['UPDATE_GOLDEN']) {
      const all: Handled = { ...golden };
      for (const [name, { types }] of Object.entries(today))
        all[name] = [...new Set([...(all[name] ?? []), ...types])].sort();
      writeFileSync(FILE, `${JSON.stringify(all, Object.keys(all).sort(), 2)}\n`);
    }
  });
  afterAll(() => database.drop());

  it('are all there', () => {
    expect(Object.keys(golden).length).toBeGreaterThan(15);
    expect(Object.keys(today)).toEqual(expect.arrayContaining(Object.keys(golden)));
  });

  it.each(Object.entries(golden))('%s handles what it handled, or says that it passes it over', (name, types) => {
    const { types: handled, passesOver } = today[name]!;
    expect(types.filter((type) => !handled.has(type) && !passesOver.has(type))).toEqual([]);
  });

  it('are listed with every type that they handle now', () => {
    for (const [name, { types }] of Object.entries(today))
      expect(golden[name]).toEqual(expect.arrayContaining([...types]));
  });
});
