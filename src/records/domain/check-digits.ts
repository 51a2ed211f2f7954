/** Check digits of terminologies: they catch a mistyped or swapped digit without a table of the terminology. */

/** Multiplication table of the dihedral group D5, and the permutation per place: Verhoeff, *Error Detecting Decimal Codes*, 1969. */
const D5 = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const PERMUTATION = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

const fromTheRight = (digits: string) => [...digits].reverse().map(Number);

/** Verhoeff, as SNOMED CT uses it: `digits` ends in its check digit. */
export const passesVerhoeff = (digits: string): boolean =>
  fromTheRight(digits).reduce((sum, digit, place) => D5[sum]![PERMUTATION[place % 8]![digit]!]!, 0) === 0;

/** Modulo 10, as LOINC uses it: every second digit, from the rightmost on, counts twice. */
export function mod10CheckDigit(digits: string): number {
  const sum = fromTheRight(digits).reduce((total, digit, place) => {
    const weighted = place % 2 === 0 ? digit * 2 : digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
