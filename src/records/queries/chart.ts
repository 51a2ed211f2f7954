import type { Instant, Role } from '../../event-sourcing/index.js';
import { isActive } from '../domain/condition.js';
import type { ConditionDocument } from '../read-models/problem-list.js';
import type { Observed } from '../read-models/observation-series.js';
import { type ChartAction, chartActionsOf, type Documents, type Viewed, viewOf } from './allowed-actions.js';

/** How many encounters a chart shows, the latest first; the timeline has them all. */
export const ENCOUNTERS = 20;

/** What of a patient's records belongs in the chart, in any order. */
export interface ChartContents {
  readonly enteredInError: boolean;
  readonly deceasedAt: Instant | null;
  readonly problems: readonly Documents['condition'][];
  readonly allergies: readonly Documents['allergy'][];
  readonly medications: readonly Documents['medication-order'][];
  readonly immunizations: readonly Documents['immunization'][];
  readonly encounters: readonly Documents['encounter'][];
  /** The last value of each vital sign. */
  readonly vitals: readonly Observed[];
}

export interface ChartView {
  readonly patientId: string;
  readonly deceasedAt: Instant | null;
  readonly problems: Viewed<Documents['condition']>[];
  readonly allergies: Viewed<Documents['allergy']>[];
  readonly medications: Viewed<Documents['medication-order']>[];
  readonly vitals: Observed[];
  readonly immunizations: Viewed<Documents['immunization']>[];
  readonly encounters: Viewed<Documents['encounter']>[];
  readonly allowedActions: ChartAction[];
}

type Sortable = Pick<ConditionDocument, 'id' | 'effectiveAt'>;
const latestFirst = (a: Sortable, b: Sortable) => (keyOf(a) < keyOf(b) ? 1 : -1);
const keyOf = ({ effectiveAt, id }: Sortable) => effectiveAt + id;

const activeFirst = (a: ConditionDocument, b: ConditionDocument) => rankOf(a) - rankOf(b) || latestFirst(a, b);
const rankOf = ({ clinicalStatus }: ConditionDocument) => (clinicalStatus && isActive(clinicalStatus) ? 0 : 1);

const vitalKey = ({ code: { system, code } }: Observed) => `${system}|${code}`;

/** The chart as this caller sees it: active problems first, otherwise the latest first. */
export function chartOf(patientId: string, contents: ChartContents, role: Role): ChartView {
  const { problems, allergies, medications, immunizations, encounters, vitals, deceasedAt } = contents;
  return {
    patientId,
    deceasedAt,
    problems: problems.toSorted(activeFirst).map((entry) => viewOf('condition', entry, role)),
    allergies: allergies.toSorted(latestFirst).map((entry) => viewOf('allergy', entry, role)),
    medications: medications.toSorted(latestFirst).map((entry) => viewOf('medication-order', entry, role)),
    vitals: vitals.toSorted((a, b) => (vitalKey(a) < vitalKey(b) ? -1 : 1)),
    immunizations: immunizations.toSorted(latestFirst).map((entry) => viewOf('immunization', entry, role)),
    encounters: encounters
      .toSorted(latestFirst)
      .slice(0, ENCOUNTERS)
      .map((entry) => viewOf('encounter', entry, role)),
    allowedActions: chartActionsOf(contents, role),
  };
}
