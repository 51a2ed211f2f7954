import type { Role } from '../../event-sourcing/index.js';
import type { PatientDocument } from '../read-models/patient-summary.js';

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

/** The JSON of what `viewOf` gives, from that of a patient not entered in error: a page of them is not parsed to be written again. */
export const viewText = (patient: string, deceased: boolean, role: Role): string =>
  `${patient.slice(0, -1)},"allowedActions":${actionsText(deceased, role)}}`;

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
