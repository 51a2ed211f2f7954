import { DomainEvent } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { ClinicalFact, EnteredInError } from './entry.js';
import type { Quantity } from './observation-events.js';

/** FHIR immunization-status. */
export const immunizationStatuses = ['completed', 'not-done', 'entered-in-error'] as const;
export type ImmunizationStatus = (typeof immunizationStatuses)[number];

export interface ImmunizationDetails {
  /** The vaccine. */
  readonly code: Code;
  readonly lotNumber?: string;
  readonly doseNumber?: number;
  readonly dose?: Quantity;
  readonly site?: Code;
  readonly route?: Code;
  readonly performerId?: string;
  /** False when it was reported, not given here. */
  readonly primarySource: boolean;
}

/** Effective when the vaccine was given. */
export class ImmunizationRecorded extends DomainEvent<
  ClinicalFact & ImmunizationDetails & { readonly status: 'completed' }
> {}

export class ImmunizationEnteredInError extends DomainEvent<EnteredInError> {}
