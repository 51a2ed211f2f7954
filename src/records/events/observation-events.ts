import { DomainEvent } from '../../event-sourcing/index.js';
import type { Code } from './code.js';
import type { ClinicalFact, EnteredInError } from './entry.js';

/** FHIR observation-status; `corrected` is a kind of `amended`. */
export const observationStatuses = [
  'registered',
  'preliminary',
  'final',
  'amended',
  'corrected',
  'cancelled',
  'entered-in-error',
] as const;
export type ObservationStatus = (typeof observationStatuses)[number];

/** FHIR observation-category. */
export const observationCategories = [
  'social-history',
  'vital-signs',
  'imaging',
  'laboratory',
  'procedure',
  'survey',
  'exam',
  'therapy',
  'activity',
] as const;
export type ObservationCategory = (typeof observationCategories)[number];

/** HL7 v3 ObservationInterpretation: how a value stands to what is usual. */
export const interpretations = [
  'N',
  'A',
  'AA',
  'H',
  'HH',
  'L',
  'LL',
  'POS',
  'NEG',
  'IND',
  'R',
  'I',
  'S',
  'U',
  'D',
  'B',
  'W',
] as const;
export type Interpretation = (typeof interpretations)[number];

export interface Quantity {
  readonly value: number;
  /** For people; the code when left out. */
  readonly unit?: string;
  /** UCUM. */
  readonly code?: string;
}

/** What was found: exactly one of these. */
export interface ObservedValue {
  readonly quantity?: Quantity;
  readonly code?: Code;
  readonly string?: string;
  readonly boolean?: boolean;
  readonly integer?: number;
}

export interface ReferenceRange {
  readonly low?: number;
  readonly high?: number;
  readonly text?: string;
}

/** One thing measured. */
export interface Measurement {
  readonly code: Code;
  readonly value?: ObservedValue;
  readonly interpretation?: Interpretation;
  readonly referenceRange?: ReferenceRange;
}

/** One observation of a panel, with a value of its own or with components, as a blood pressure has. */
export interface Observation extends Measurement {
  readonly category?: ObservationCategory;
  readonly components?: readonly Measurement[];
}

export interface ObservationsDetails {
  /** What the whole panel is called, such as a lipid panel. */
  readonly code?: Code;
  readonly observations: readonly Observation[];
}

/** A panel: what was measured together, in one stream. */
export class ObservationsRecorded extends DomainEvent<
  ClinicalFact & ObservationsDetails & { readonly status: 'preliminary' | 'final' }
> {}

export class ObservationsEnteredInError extends DomainEvent<
  EnteredInError & {
    /** Which values are withdrawn, by their `placesOf` the panel. */
    readonly places: readonly string[];
  }
> {}

/** A value's place in its panel: `1` is that of the second observation, `1.0` that of its first component. */
export const placesOf = (observations: readonly Observation[]): string[] =>
  observations.flatMap(({ components = [] }, i) => [`${i}`, ...components.map((_, j) => `${i}.${j}`)]);
