/** The database cannot be reached, is starting, or is going down. What was asked may be asked again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';

  constructor(cause: unknown) {
    super('The database is not available', { cause });
  }
}

/** SQLSTATE classes and codes, PostgreSQL documentation, appendix A. */
const CONNECTION_EXCEPTION = '08';
const UNAVAILABLE = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '53400', '25006']);
const SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
const CLIENT_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/;

export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') {
    return code.startsWith(CONNECTION_EXCEPTION) || UNAVAILABLE.has(code) || SYSTEM_ERRORS.has(code);
  }
  return CLIENT_MESSAGES.test(error.message);
}
