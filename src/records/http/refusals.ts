/** Why a new entry is refused, whatever it is. */
export const REFUSED_ENTRY = [
  'patient-entered-in-error',
  'encounter-finished',
  'encounter-entered-in-error',
  'encounter-of-another-patient',
] as const;

/** Why what is said of a fact cannot be, whatever it is. */
export const INVALID_FACT = ['invalid-code', 'invalid-time', 'effective-in-future'] as const;
