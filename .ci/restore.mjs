import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { openDatabase } from '../dist/src/database/open-database.js';

/** Restores a plain dump into the empty embedded database of DATA_FOLDER: `node .ci/restore.mjs FILE.sql.gz`. */
const dump = gunzipSync(readFileSync(process.argv[2])).toString();
const database = await openDatabase({ databaseUrl: undefined, dataFolder: process.env.DATA_FOLDER }, console.log);
const client = new pg.Client({ connectionString: database.url });
await client.connect();
await client.query(dump);
const { rows } = await client.query('select count(*) as events from write.events');
await client.end();
await database.close();
console.log(`Restored ${rows[0].events} events`);
