import { isHeldUp, isTransient } from '../../database/sql-state.js';

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

/** The transaction was the victim of others at work; the same again may succeed. A lock that is not given up has been waited for. */
export const isRolledBack = (error: unknown): boolean => isTransient(error) && !isHeldUp(error);

/** A subscription or pending command has been taken over by another process. */
export const isNotHeld = (error: unknown): boolean => codeOf(error) === NOT_HELD;
