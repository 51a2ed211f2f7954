import { invalid } from '../../event-sourcing/index.js';
import { type Identifier, MRN_SYSTEM } from '../events/identifier.js';
import { tidy } from './demographics.js';

/** A URI has no blank, and `|` parts system from value in a search. */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s|]+$/;

/** @throws DomainError `identifier-system-invalid` when the system is no absolute URI. */
export function identifierOf({ system, value, type }: Identifier, pointer = ''): Identifier {
  if (!ABSOLUTE_URI.test(system)) {
    throw invalid(
      'identifier-system-invalid',
      'The system of an identifier is an absolute URI without a “|”.',
      `${pointer}/system`,
    );
  }
  return { system, value: tidy(value), ...(type && { type: tidy(type) }) };
}

/** @throws DomainError `identifier-given-twice`, and as `identifierOf`. */
export function identifiersOf(given: readonly Identifier[]): Identifier[] {
  const identifiers = given.map((identifier, i) => identifierOf(identifier, `/identifiers/${i}`));
  const twice = identifiers.findIndex((one, i) => identifiers.findIndex((other) => sameIdentifier(one, other)) < i);
  if (twice !== -1) {
    throw invalid('identifier-given-twice', 'The same identifier is given twice.', `/identifiers/${twice}`);
  }
  return identifiers;
}

export const sameIdentifier = (a: Identifier, b: Identifier): boolean => a.system === b.system && a.value === b.value;

export const isMrn = ({ system }: Identifier): boolean => system === MRN_SYSTEM;
