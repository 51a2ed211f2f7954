import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import type { CallerRole } from './client.js';
import type { Acknowledged, Refused } from './ledger.js';

const FOLDER = 'test/migrations/data';

/** A command of then under its Idempotency-Key, and what it was answered. */
export interface Replay {
  readonly role: CallerRole;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key: string;
  readonly status: number;
  readonly answer: unknown;
  readonly etag: string;
  readonly token: string;
}

/** What clients were told while the data was made. */
export interface Told {
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: readonly Refused[];
  readonly replays: readonly Replay[];
  /** What was read then, by path: patients, charts and appointments that nothing happened to afterwards. */
  readonly seen: Readonly<Record<string, object>>;
  /** A patient to whom nearly everything happened. */
  readonly ada: string;
}

const read = (file: string) => gunzipSync(readFileSync(join(FOLDER, file))).toString();

export const toldBy = (release: string): Told => JSON.parse(read(`${release}.answers.json.gz`)) as Told;

/**
 * Restores the data of a release into an empty database. Its Idempotency-Keys are as if they were used just now: they are kept for
 * a week, and the data is kept for years.
 */
export async function restore(release: string, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(read(`${release}.sql.gz`));
    await client.query('update write.idempotency_keys set created_at = now()');
  } finally {
    await client.end();
  }
}
