import { DomainEvent } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { ClinicalFact, EnteredInError } from './entry.js';
import type { Quantity } from './observation-events.js';

/** FHIR medicationrequest-status. */
export const medicationStatuses = [
  'draft',
  'active',
  'on-hold',
  'completed',
  'stopped',
  'cancelled',
  'entered-in-error',
] as const;
export type MedicationStatus = (typeof medicationStatuses)[number];

export interface Dosage {
  /** As a person would read it: `1 tablet twice a day with food`. */
  readonly text?: string;
  readonly dose?: Quantity;
  readonly route?: Code;
  readonly asNeeded?: boolean;
}

export interface MedicationDetails {
  readonly code: Code;
  readonly dosage?: Dosage;
  readonly prescriberId?: string;
  /** Why it was prescribed in spite of an alert. */
  readonly overrideReason?: string;
}

/** A new order is a draft or active; one taken over from elsewhere may have ended already. Effective when it was authored. */
export type PrescribedStatus = Exclude<MedicationStatus, 'entered-in-error'>;
export class MedicationPrescribed extends DomainEvent<
  ClinicalFact & MedicationDetails & { readonly status: PrescribedStatus }
> {}

/** Nothing more is given until it is resumed. */
export class MedicationHeld extends DomainEvent<ClinicalFact & { readonly reason: string }> {}

export class MedicationStopped extends DomainEvent<ClinicalFact & { readonly reason: string }> {}

export class MedicationOrderEnteredInError extends DomainEvent<EnteredInError> {}
