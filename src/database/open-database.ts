import { SettingError } from '../operations/config.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { reasonOf, refuseUnfit } from './fitness.js';

export interface OpenDatabase {
  readonly url: string;
  /** To be called last, when nobody uses the database any more. */
  close(): Promise<void>;
}

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
  await refuseUnfit(databaseUrl);
  return { url: databaseUrl, close: () => Promise.resolve() };
}
