import { DomainEvent } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { Severity } from './condition-events.js';
import type { ClinicalFact, DateOrInstant, EnteredInError } from './entry.js';

/** FHIR allergyintolerance-clinical. */
export const allergyClinicalStatuses = ['active', 'inactive', 'resolved'] as const;
export type AllergyClinicalStatus = (typeof allergyClinicalStatuses)[number];

/** FHIR allergyintolerance-verification, without entered-in-error: that is an event of its own. */
export const allergyVerificationStatuses = ['unconfirmed', 'confirmed', 'refuted'] as const;
export type AllergyVerificationStatus = (typeof allergyVerificationStatuses)[number];

export const allergyTypes = ['allergy', 'intolerance'] as const;
export type AllergyType = (typeof allergyTypes)[number];

export const allergyCategories = ['food', 'medication', 'environment', 'biologic'] as const;
export type AllergyCategory = (typeof allergyCategories)[number];

export const criticalities = ['low', 'high', 'unable-to-assess'] as const;
export type Criticality = (typeof criticalities)[number];

export interface Reaction {
  readonly manifestation: Code;
  readonly severity?: Severity;
  readonly onset?: DateOrInstant;
}

export interface AllergyDetails {
  /** The substance, or the allergy itself. */
  readonly code: Code;
  readonly type?: AllergyType;
  readonly category: readonly AllergyCategory[];
  readonly criticality?: Criticality;
  readonly clinicalStatus: AllergyClinicalStatus;
  readonly verificationStatus: AllergyVerificationStatus;
  readonly onset?: DateOrInstant;
  readonly reactions: readonly Reaction[];
}

export class AllergyRecorded extends DomainEvent<ClinicalFact & AllergyDetails> {}

export class AllergyEnteredInError extends DomainEvent<EnteredInError> {}
