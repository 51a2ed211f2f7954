import type { Role } from '../../event-sourcing/index.js';
import type { PatientSummary } from '../read-models/patient-summary.js';

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
export interface PatientView extends PatientSummary {
  readonly allowedActions: PatientAction[];
}

export const viewOf = (row: PatientSummary, role: Role): PatientView => ({
  ...row,
  allowedActions: allowedActions(row, role),
});

function allowedActions({ enteredInError, deceasedAt }: PatientSummary, role: Role): PatientAction[] {
  if (enteredInError || role === 'patient') return [];
  const impossible: PatientAction = deceasedAt === null ? 'revert-death' : 'record-death';
  return patientActions.filter((action) => action !== impossible);
}
