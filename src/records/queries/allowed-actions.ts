import type { Role } from '../../event-sourcing/index.js';
import { isActive } from '../domain/condition.js';
import { encounterTransitions } from '../domain/encounter.js';
import { medicationTransitions } from '../domain/medication-order.js';
import { mayBecome } from '../domain/transitions.js';
import type { AllergyDocument } from '../read-models/allergy-list.js';
import type { EncounterDocument } from '../read-models/encounter-list.js';
import type { ImmunizationDocument } from '../read-models/immunization-list.js';
import type { MedicationOrderDocument } from '../read-models/medication-list.js';
import type { ObservationSetDocument } from '../read-models/observation-panels.js';
import type { ConditionDocument } from '../read-models/problem-list.js';

export const entryActions = ['finish', 'resolve', 'stop', 'mark-entered-in-error'] as const;
export type EntryAction = (typeof entryActions)[number];

export const chartActions = [
  'start-encounter',
  'record-condition',
  'record-allergy',
  'prescribe-medication',
  'record-observations',
  'record-immunization',
] as const;
export type ChartAction = (typeof chartActions)[number];

/** The documents by the type of their entry. */
export interface Documents {
  readonly encounter: EncounterDocument;
  readonly condition: ConditionDocument;
  readonly allergy: AllergyDocument;
  readonly 'medication-order': MedicationOrderDocument;
  readonly observation: ObservationSetDocument;
  readonly immunization: ImmunizationDocument;
}
export type Viewed<Document> = Document & { readonly allowedActions: EntryAction[] };

/** What may follow, beside that it was an error: by the same tables that the aggregates obey. */
const next: { readonly [T in keyof Documents]: (entry: Documents[T]) => EntryAction[] } = {
  encounter: ({ status }) => (mayBecome(encounterTransitions, status, 'finished') ? ['finish'] : []),
  condition: ({ clinicalStatus }) => (clinicalStatus && isActive(clinicalStatus) ? ['resolve'] : []),
  'medication-order': ({ status }) => (mayBecome(medicationTransitions, status, 'stopped') ? ['stop'] : []),
  allergy: () => [],
  observation: () => [],
  immunization: () => [],
};

const mayWrite = (role: Role) => role === 'practitioner' || role === 'admin';

/** The entry as this caller sees it. */
export const viewOf = <T extends keyof Documents>(type: T, entry: Documents[T], role: Role): Viewed<Documents[T]> => ({
  ...entry,
  allowedActions: mayWrite(role) && !entry.enteredInError ? [...next[type](entry), 'mark-entered-in-error'] : [],
});

export const chartActionsOf = (patient: { readonly enteredInError: boolean }, role: Role): ChartAction[] =>
  mayWrite(role) && !patient.enteredInError ? [...chartActions] : [];
