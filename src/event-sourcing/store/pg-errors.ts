const TRANSACTION_ROLLBACK = '40';
const DATA_EXCEPTION = '22';
/** A value that an index or a row cannot hold. */
const PROGRAM_LIMIT_EXCEEDED = '54';
const INTEGRITY_CONSTRAINT_VIOLATION = '23';
/** Raised by the functions of the write side when a lease was lost to another process. */
const NOT_HELD = 'AN002';

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** Name of the violated constraint, if that is what the error says. */
export function constraintOf(error: unknown): string | undefined {
  if (!codeOf(error)?.startsWith(INTEGRITY_CONSTRAINT_VIOLATION)) return undefined;
  const { constraint } = error as { constraint?: unknown };
  return typeof constraint === 'string' ? constraint : undefined;
}

/** The transaction was the victim of others at work; the same again may succeed. */
export const isTransient = (error: unknown): boolean => codeOf(error)?.startsWith(TRANSACTION_ROLLBACK) ?? false;

/** The values are at fault: the same again will fail again. */
export const isDataError = (error: unknown): boolean => {
  const kind = codeOf(error)?.slice(0, 2);
  return kind === DATA_EXCEPTION || kind === INTEGRITY_CONSTRAINT_VIOLATION || kind === PROGRAM_LIMIT_EXCEEDED;
};

/** A subscription or pending command has been taken over by another process. */
export const isNotHeld = (error: unknown): boolean => codeOf(error) === NOT_HELD;
