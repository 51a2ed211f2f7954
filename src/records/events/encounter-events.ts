import { DomainEvent, type Instant } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { EnteredInError, OfPatient } from './entry.js';

/** HL7 v3 ActCode, value set ActEncounterCode. */
export const encounterClasses = [
  'AMB',
  'IMP',
  'EMER',
  'HH',
  'VR',
  'OBSENC',
  'PRENC',
  'SS',
  'ACUTE',
  'NONAC',
  'FLD',
] as const;
export type EncounterClass = (typeof encounterClasses)[number];

/** FHIR encounter-status, spelled as FHIR does. */
export const encounterStatuses = [
  'planned',
  'arrived',
  'triaged',
  'in-progress',
  'onleave',
  'finished',
  'cancelled',
  'entered-in-error',
] as const;
export type EncounterStatus = (typeof encounterStatuses)[number];

/** What an encounter was begun with. */
export interface EncounterDetails {
  readonly class: EncounterClass;
  readonly start: Instant;
  readonly practitionerId?: string;
  readonly appointmentId?: string;
  readonly type?: Code;
  readonly reason?: Code;
}

/** The patient is being seen. */
export class EncounterStarted extends DomainEvent<OfPatient & EncounterDetails> {}

export class EncounterFinished extends DomainEvent<
  OfPatient & { readonly end: Instant; readonly appointmentId?: string }
> {}

export class EncounterEnteredInError extends DomainEvent<EnteredInError & { readonly appointmentId?: string }> {}
