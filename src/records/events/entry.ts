import type { Instant } from '../../event-sourcing/index.js';

/** What a patient's chart is made of, each with a stream of its own. */
export const entryTypes = [
  'encounter',
  'condition',
  'allergy',
  'medication-order',
  'observation',
  'immunization',
] as const;
export type EntryType = (typeof entryTypes)[number];

/** Every event of the records concerns one patient. */
export interface OfPatient {
  readonly patientId: string;
}

/** A fact about the patient's health: when it was true in the world, apart from when it was recorded. */
export interface ClinicalFact extends OfPatient {
  /** An encounter has its `start` and `end` instead. */
  readonly effectiveAt: Instant;
  /** The encounter in which it was found or done. */
  readonly encounterId?: string;
}

/** The entry should never have been made. It leaves the chart, and stays in the history. */
export interface EnteredInError extends OfPatient {
  readonly reason: string;
}

/** An instant, or a calendar date (`2019-04-03`) where the time of day is not known. */
export type DateOrInstant = string;
