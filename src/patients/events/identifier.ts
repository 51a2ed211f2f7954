/** FHIR Identifier: a number, and the URI of whoever hands out such numbers. */
export interface Identifier {
  readonly system: string;
  readonly value: string;
  /** A code of HL7 v2 table 0203, such as `MR`, `SS` or `PPN`. */
  readonly type?: string;
}

/** Medical record numbers of this installation: every patient has one. */
export const MRN_SYSTEM = 'urn:anamnesis:mrn';
