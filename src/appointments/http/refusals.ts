/** Why a time cannot be held, booked or moved to. */
export const BOOKING_REFUSALS = [
  'time-taken',
  'outside-hours',
  'too-soon',
  'beyond-horizon',
  'patient-overlap',
  'patient-deceased',
  'patient-entered-in-error',
] as const;
