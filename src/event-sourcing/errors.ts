/**
 * What went wrong, in the terms of a caller. The HTTP layer maps the kind to a status:
 * invalid 400 · forbidden 403 · not-found 404 · refused 409 · version 412 · version-required 428 · key-reused 422 · unavailable 503.
 */
export type DomainErrorKind =
  'invalid' | 'forbidden' | 'not-found' | 'refused' | 'version' | 'version-required' | 'key-reused' | 'unavailable';

/** The one error of the business: a stable code for programs, a sentence for people, never personal data. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly kind: DomainErrorKind,
    /** Stable, kebab-case: part of the API. */
    readonly code: string,
    message: string,
    /** What would help the caller, such as the next free slots. Goes into the problem as it is. */
    readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The current state forbids it (409). */
export const refused = (code: string, message: string, extensions?: Record<string, unknown>) =>
  new DomainError('refused', code, message, extensions);

/** The request contradicts itself or a rule that no state could satisfy (400). `pointer` is a JSON pointer into the body. */
export const invalid = (code: string, message: string, pointer?: string) =>
  new DomainError('invalid', code, message, pointer ? { errors: [{ pointer, detail: message }] } : {});

/** There is no such thing, or the caller may not know of it (404). */
export const notFound = (what: string) =>
  new DomainError('not-found', `${what}-not-found`, `There is no such ${what}.`);

/** Somebody else appended to a stream of this command first. The command bus runs the command again on a fresh load. */
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';

  constructor(
    readonly streamId: string,
    readonly expectedVersion: number,
    readonly currentVersion: number,
  ) {
    super(`Stream ${streamId} is at version ${currentVersion}, not at ${expectedVersion}`);
  }
}

/**
 * What stood in the command's way has been cleared away, or is gone by itself: an effect's `onViolation` gives this to have the
 * command bus run the command again on a fresh load. As bounded as after a conflict.
 */
export class RunAgain extends Error {
  override readonly name = 'RunAgain';
}
