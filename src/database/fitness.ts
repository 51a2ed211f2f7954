import { SettingError } from '../operations/config.js';
import { EnduringClient } from './enduring-client.js';

const OLDEST = 15;
/** What the safe tail and the functions of the write side are made for: each statement sees what was committed before it. */
const ISOLATION = 'read committed';

interface Found {
  readonly version: number;
  readonly isolation: string;
}

const look = `
  select current_setting('server_version_num')::int / 10000 as version,
    current_setting('default_transaction_isolation') as isolation`;

/**
 * Asked before anything starts: afterwards a database that is unfit would only show in what is missing.
 * @throws SettingError in one line that says what to do
 */
export async function refuseUnfit(url: string): Promise<void> {
  const { version, isolation } = await lookAt(url);
  if (version < OLDEST) {
    throw new SettingError('DATABASE_URL', `names PostgreSQL ${version}: ${OLDEST} or newer is needed`);
  }
  if (isolation !== ISOLATION) {
    throw new SettingError(
      'DATABASE_URL',
      `names a database whose default_transaction_isolation is ${isolation}: ` +
        `set it to ${ISOLATION} for the database, its user or the server`,
    );
  }
}

async function lookAt(url: string): Promise<Found> {
  const client = new EnduringClient({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
  try {
    await client.connect();
    return (await client.query<Found>(look)).rows[0]!;
  } catch (error) {
    throw new SettingError('DATABASE_URL', `names a database that cannot be used: ${reasonOf(error)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One line. A refused connection to `localhost` is an AggregateError without a message of its own. */
export const reasonOf = (error: unknown): string => {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? (first.message.split('\n')[0] ?? first.name) : String(first);
};
