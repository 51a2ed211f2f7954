import { readSettings } from '../operations/settings.js';
import { runProgram } from '../operations/program.js';
import { migrateDatabase } from './migrations.js';
import { openDatabase } from './open-database.js';

/** `npm run migrate`: brings the database to this version, and says what it did. */
await runProgram(async () => {
  const config = readSettings();
  const database = await openDatabase(config, console.error);
  try {
    const applied = await migrateDatabase({ url: database.url, poolSize: 2 });
    for (const name of applied) console.log(`Applied ${name}`);
    if (applied.length === 0) console.log('Nothing to apply');
  } finally {
    await database.close();
  }
});
