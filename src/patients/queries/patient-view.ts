import type { Role } from '../../event-sourcing/index.js';
import type { PatientDocument } from '../read-models/patient-summary.js';
import { END_OF_DECEASED, END_OF_LIVING } from './search/page.js';

export const patientActions = [
  'change-demographics',
  'assign-identifier',
  'retire-identifier',
  'record-death',
  'revert-death',
  'mark-entered-in-error',
] as const;
export type PatientAction = (typeof patientActions)[number];

/** A patient as callers see it, with what this caller may do next. */
export interface PatientView extends PatientDocument {
  readonly allowedActions: PatientAction[];
}

export const viewOf = (patient: PatientDocument, role: Role): PatientView => ({
  ...patient,
  allowedActions: patient.enteredInError ? [] : allowedActions(patient.deceasedAt !== null, role),
});

/** The JSON of what `viewOf` gives for each document of a `FoundPage`, joined by commas: nothing is parsed to be written again. */
export const viewTexts = (documents: string, role: Role): string =>
  documents
    .replaceAll(`}${END_OF_LIVING}`, `,"allowedActions":${actionsText(false, role)}},`)
    .replaceAll(`}${END_OF_DECEASED}`, `,"allowedActions":${actionsText(true, role)}},`)
    .slice(0, -1);

const actionTexts = new Map<string, string>();

function actionsText(deceased: boolean, role: Role): string {
  const key = `${role} ${deceased}`;
  let text = actionTexts.get(key);
  if (text === undefined) actionTexts.set(key, (text = JSON.stringify(allowedActions(deceased, role))));
  return text;
}

function allowedActions(deceased: boolean, role: Role): PatientAction[] {
  if (role === 'patient') return [];
  const impossible: PatientAction = deceased ? 'record-death' : 'revert-death';
  return patientActions.filter((action) => action !== impossible);
}
