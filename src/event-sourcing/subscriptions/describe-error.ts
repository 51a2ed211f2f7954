/** The kind of error and its code; the text only of our own errors, for a database's may quote the data. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'an error that is no Error';
  const { code, sqlState } = error as { code?: unknown; sqlState?: unknown };
  const known = sqlState ?? code;
  return typeof known === 'string' ? `${error.name} ${known}` : `${error.name}: ${error.message}`;
}
