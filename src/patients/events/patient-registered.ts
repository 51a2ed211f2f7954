import { DomainEvent } from '../../event-sourcing/index.js';
import type { Demographics } from './demographics.js';
import type { Identifier } from './identifier.js';

/** A person became a patient here. Carries the MRN among the identifiers. */
export class PatientRegistered extends DomainEvent<
  Demographics & { readonly patientId: string; readonly identifiers: readonly Identifier[] }
> {}
