/** The criteria in the spelling of the search tables. */
export interface Asked {
  readonly words?: readonly string[];
  readonly birthDate?: string;
  readonly digits?: string;
  /** Of identifiers and telephone numbers. */
  readonly keys: readonly string[];
}

/** The columns that `readPage` takes, for a patient who is in the order of names. */
export const FOUND_BY_NAME = `'' as rank, name_words as "nameWords", id as "patientId", document::text, deceased`;

/** The longest word is likely the rarest. */
export const longestFirst = (words: readonly string[]) => words.toSorted((a, b) => b.length - a.length);

/** Words are letters and digits: there is nothing in them for LIKE to mistake. */
export const beginningWith = (words: readonly string[]) => words.map((word) => `% ${word}%`);
