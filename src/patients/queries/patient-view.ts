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
  allowedActions: allowedActions(patient, role),
});

function allowedActions({ enteredInError, deceasedAt }: PatientDocument, role: Role): PatientAction[] {
  if (enteredInError || role === 'patient') return [];
  const impossible: PatientAction = deceasedAt === null ? 'revert-death' : 'record-death';
  return patientActions.filter((action) => action !== impossible);
}
