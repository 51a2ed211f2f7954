import { currentContext, type Instant } from '../../event-sourcing/index.js';
import { allowedActions } from '../domain/allowed-actions.js';
import type { AppointmentResponse } from '../http/appointment.response.js';
import type { AppointmentSummary } from '../read-models/appointment-summary.js';

/** Columns of `read.appointment_summary` under the names of the entity. */
export const SUMMARY_COLUMNS = `
  id, version, patient_id as "patientId", status, service_type_id as "serviceTypeId", service_type_name as "serviceTypeName",
  resources, starts_at as "startsAt", ends_at as "endsAt", time_zone as "timeZone", local_start as "localStart",
  cancellation_cutoff_minutes as "cancellationCutoffMinutes", hold_expires_at as "holdExpiresAt", hold_ended as "holdEnded",
  booked_at as "bookedAt", cancellation, checked_in_at as "checkedInAt", missed_at as "missedAt",
  fulfilled_at as "fulfilledAt", encounter_id as "encounterId"`;

/** An appointment as this caller sees it. */
export const appointmentView = (row: AppointmentSummary, now: Instant): AppointmentResponse => ({
  id: row.id,
  version: row.version,
  status: row.status,
  patientId: row.patientId,
  serviceTypeId: row.serviceTypeId,
  serviceTypeName: row.serviceTypeName,
  resources: [...row.resources],
  start: row.startsAt,
  end: row.endsAt,
  timeZone: row.timeZone,
  localStart: row.localStart,
  hold: row.holdExpiresAt === null ? null : { expiresAt: row.holdExpiresAt, ended: row.holdEnded },
  bookedAt: row.bookedAt,
  cancellation: row.cancellation,
  checkedInAt: row.checkedInAt,
  missedAt: row.missedAt,
  fulfilledAt: row.fulfilledAt,
  encounterId: row.encounterId,
  allowedActions: allowedActions(row, currentContext().actor.role, now),
});
