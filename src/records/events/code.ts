/** A concept of a terminology. `display` is the terminology's own wording, `text` the words of whoever recorded it. */
export interface Code {
  /** URI of the terminology, such as `http://loinc.org`. */
  readonly system: string;
  readonly code: string;
  readonly display?: string;
  readonly text?: string;
}

export const sameCode = (a: Code, b: Code): boolean => a.system === b.system && a.code === b.code;
