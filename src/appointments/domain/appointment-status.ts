/** FHIR appointmentstatus, as far as an appointment can come here. `pending` is a held time. */
export const APPOINTMENT_STATUSES = ['pending', 'booked', 'checked-in', 'fulfilled', 'cancelled', 'noshow'] as const;
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number];
