import { DomainError, invalid } from '../event-sourcing/errors.js';
import { pointer } from './pointers.js';

/** Deeper than any request of this API, and shallow enough for recursive code to be safe. */
export const MAX_DEPTH = 32;

export const malformedJson = () => new DomainError('invalid', 'malformed-json', 'The body is not valid JSON in UTF-8.');

/**
 * Refuses, once for the whole API, what JSON allows and the database doesn't: U+0000 and halves of surrogate pairs; and nesting
 * that nobody needs.
 * @throws DomainError
 */
export function mustBeStorable(value: unknown): void {
  check(value, []);
}

/** `path` is where `value` is; each call leaves it as it found it, unless it throws. */
function check(value: unknown, path: (string | number)[]): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) {
      throw invalid('invalid-text', 'Text may not hold U+0000 or half of a surrogate pair.', pointer(path));
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= MAX_DEPTH)
    throw invalid('nested-too-deeply', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (typeof value[i] === 'number') continue;
      path.push(i);
      check(value[i], path);
      path.pop();
    }
    return;
  }
  for (const key of Object.keys(value)) {
    if (key in Object.prototype) throw invalid('validation-failed', 'There is no such field.', pointer([...path, key]));
    check(key, path);
    path.push(key);
    check((value as Readonly<Record<string, unknown>>)[key], path);
    path.pop();
  }
}
