import { type Identifier, MRN_SYSTEM } from '../events/identifier.js';

/** The n-th medical record number: its last digit is a Luhn check digit, so that one misread digit is no other patient's number. */
export const medicalRecordNumber = (n: number): Identifier => ({
  system: MRN_SYSTEM,
  value: `${n}${luhnDigit(String(n))}`,
  type: 'MR',
});

/** ISO/IEC 7812-1, annex B. */
export function luhnDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}
