import { validate as isUuid } from 'uuid';
import { invalidParameter } from './problem/invalid-parameter.js';
import { isCalendarDate, isInstant } from './instants.js';

interface CursorParts {
  text: string;
  number: number;
  id: string;
  instant: string;
  date: string;
}
type CursorPart = keyof CursorParts;
type Decoded<K extends readonly CursorPart[]> = { [I in keyof K]: CursorParts[K[I]] };

const PART: Record<CursorPart, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && value.isWellFormed() && !value.includes('\0'),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  id: (value) => typeof value === 'string' && isUuid(value),
  instant: (value) => typeof value === 'string' && isInstant(value),
  date: (value) => typeof value === 'string' && isCalendarDate(value),
};

/** The sort key of a page's last row, opaque to clients. */
export const encodeCursor = (...key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * The key that `encodeCursor` was given, checked part by part: `decodeCursor(query.cursor, 'text', 'id')`.
 * @throws DomainError `invalid-cursor` for anything that this API has not issued for such a page.
 */
export function decodeCursor<const K extends readonly CursorPart[]>(
  cursor: string | undefined,
  ...parts: K
): Decoded<K> | undefined {
  if (cursor === undefined) return undefined;
  const key: unknown = parsed(cursor);
  if (!holds(key, parts)) {
    throw invalidParameter('invalid-cursor', 'The cursor is not one that this list has issued.', 'cursor');
  }
  return key as Decoded<K>;
}

const holds = (key: unknown, parts: readonly CursorPart[]): boolean =>
  Array.isArray(key) && key.length === parts.length && parts.every((part, i) => PART[part](key[i]));

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
