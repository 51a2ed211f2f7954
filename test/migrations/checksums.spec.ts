import { readFileSync, writeFileSync } from 'node:fs';
import { migrations } from '../../migrations/index.js';
import { checksumOf, nameOf } from '../../src/database/migration-checksum.js';

/** The checksums that databases hold. What is in it is never changed; `UPDATE_GOLDEN=1` adds those of new migrations. */
const FILE = 'migrations/golden/checksums.json';

it('every migration sends the SQL that it was released with', async () => {
  const released = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string>;
  const now = Object.fromEntries(
    await Promise.all(migrations.map(async (one) => [nameOf(one), await checksumOf(one)] as const)),
  );
  const golden = process.env['UPDATE_GOLDEN'] ? { ...now, ...released } : released;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`);
  expect(now).toEqual(golden);
});
