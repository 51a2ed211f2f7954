import type { References } from '../fhir/references.js';

/** Where an entry belongs. */
export interface ChartPlace {
  readonly patientId: string;
  readonly encounterId?: string;
  readonly references: References;
}

/** The part of a place that every entry carries. */
export const encounterOf = ({ encounterId }: ChartPlace) => (encounterId ? { encounterId } : {});
