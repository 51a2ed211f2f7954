import type { Instant, Role } from '../../event-sourcing/index.js';
import type { AppointmentStatus } from './appointment-status.js';
import { MINUTE } from './interval.js';

export const APPOINTMENT_ACTIONS = [
  'book',
  'release',
  'reschedule',
  'cancel',
  'check-in',
  'mark-no-show',
  'fulfil',
] as const;
export type AppointmentAction = (typeof APPOINTMENT_ACTIONS)[number];

const BY_STAFF: Record<AppointmentStatus, readonly AppointmentAction[]> = {
  pending: ['book', 'release'],
  booked: ['reschedule', 'cancel', 'check-in', 'mark-no-show'],
  'checked-in': ['fulfil', 'cancel'],
  fulfilled: [],
  cancelled: [],
  noshow: [],
};

const BY_PATIENT: Partial<Record<AppointmentStatus, readonly AppointmentAction[]>> = {
  pending: ['book', 'release'],
  booked: ['reschedule', 'cancel'],
};

interface Seen {
  readonly status: AppointmentStatus;
  readonly startsAt: Instant;
  readonly holdExpiresAt: Instant | null;
  readonly cancellationCutoffMinutes: number;
}

/** What this caller may do next with an appointment. */
export function allowedActions(seen: Seen, role: Role, now: Instant): readonly AppointmentAction[] {
  if (seen.status === 'pending' && seen.holdExpiresAt !== null && seen.holdExpiresAt <= now) return [];
  if (role !== 'patient') return BY_STAFF[seen.status];
  const cutoff = Date.parse(seen.startsAt) - seen.cancellationCutoffMinutes * MINUTE;
  if (seen.status === 'booked' && Date.parse(now) > cutoff) return [];
  return BY_PATIENT[seen.status] ?? [];
}
