import { DomainError } from '../../event-sourcing/errors.js';

/** As `invalid`, about a parameter of the query string. */
export const invalidParameter = (code: string, message: string, parameter: string) =>
  new DomainError('invalid', code, message, { errors: [{ parameter, detail: message }] });

/** As `invalid`, about a header. */
export const invalidHeader = (header: string, message: string) =>
  new DomainError('invalid', 'invalid-header', message, { errors: [{ header, detail: message }] });
