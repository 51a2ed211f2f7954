import { DomainEvent } from '../../event-sourcing/index.js';
import type { Identifier } from './identifier.js';

export class IdentifierAssigned extends DomainEvent<{ readonly identifier: Identifier }> {}

/** The number is no longer used for this patient, and is never given to another. */
export class IdentifierRetired extends DomainEvent<{ readonly identifier: Identifier }> {}
