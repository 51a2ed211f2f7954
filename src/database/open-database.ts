import pg from 'pg';
import { SettingError } from '../operations/config.js';
import { EmbeddedPostgres } from './embedded-postgres.js';

export interface OpenDatabase {
  readonly url: string;
  /** To be called last, when nobody uses the database any more. */
  close(): Promise<void>;
}

const OLDEST = 15;

/**
 * The database that `DATABASE_URL` names, or the embedded one when it names none. Every program of this project comes to its
 * database by this way, so that they share one.
 *
 * @throws SettingError when it cannot be used.
 */
export async function openDatabase(
  { databaseUrl, dataFolder }: { readonly databaseUrl: string | undefined; readonly dataFolder: string },
  say?: (line: string) => void,
): Promise<OpenDatabase> {
  if (databaseUrl === undefined) {
    return EmbeddedPostgres.open(dataFolder, say).catch((error: unknown) => {
      throw new SettingError('DATABASE_URL', `is not set, and ${reasonOf(error)}`);
    });
  }
  await check(databaseUrl);
  return { url: databaseUrl, close: () => Promise.resolve() };
}

async function check(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int / 10000 as version`,
    );
    const version = rows[0]?.version ?? 0;
    if (version < OLDEST) {
      throw new SettingError('DATABASE_URL', `names PostgreSQL ${version}: ${OLDEST} or newer is needed`);
    }
  } catch (error) {
    if (error instanceof SettingError) throw error;
    throw new SettingError('DATABASE_URL', `names a database that cannot be used: ${reasonOf(error)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One line. A refused connection to `localhost` is an AggregateError without a message of its own. */
const reasonOf = (error: unknown): string => {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? (first.message.split('\n')[0] ?? first.name) : String(first);
};
