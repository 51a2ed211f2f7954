/** Columns of `read.patient_summary` under the names of its entity. */
export const PATIENT_COLUMNS = `
  p.id, p.version, p.mrn, p.name, p.birth_date as "birthDate", p.gender, p.telecom, p.address, p.identifiers,
  p.retired_identifiers as "retiredIdentifiers", p.deceased_at as "deceasedAt", p.entered_in_error as "enteredInError",
  p.registered_at as "registeredAt", p.updated_at as "updatedAt"`;
