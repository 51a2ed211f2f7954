import { DomainEvent } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { ClinicalFact, DateOrInstant, EnteredInError } from './entry.js';

/** FHIR condition-clinical. Recurrence and relapse are kinds of active, remission and resolved kinds of inactive. */
export const conditionClinicalStatuses = [
  'active',
  'recurrence',
  'relapse',
  'inactive',
  'remission',
  'resolved',
] as const;
export type ConditionClinicalStatus = (typeof conditionClinicalStatuses)[number];

/** FHIR condition-ver-status, without entered-in-error: that is an event of its own. */
export const conditionVerificationStatuses = [
  'unconfirmed',
  'provisional',
  'differential',
  'confirmed',
  'refuted',
] as const;
export type ConditionVerificationStatus = (typeof conditionVerificationStatuses)[number];

export const severities = ['mild', 'moderate', 'severe'] as const;
export type Severity = (typeof severities)[number];

export interface ConditionDetails {
  readonly code: Code;
  readonly clinicalStatus: ConditionClinicalStatus;
  readonly verificationStatus: ConditionVerificationStatus;
  readonly severity?: Severity;
  readonly onset?: DateOrInstant;
  readonly abatement?: DateOrInstant;
}

/** Effective from its onset; from when it was recorded where that is not known. */
export class ConditionRecorded extends DomainEvent<ClinicalFact & ConditionDetails> {}

export class ConditionResolved extends DomainEvent<ClinicalFact & { readonly abatement: DateOrInstant }> {}

export class ConditionEnteredInError extends DomainEvent<EnteredInError> {}
