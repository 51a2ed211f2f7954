import * as fc from 'fast-check';
import { luhnDigit, medicalRecordNumber } from './medical-record-number.js';

describe('a medical record number', () => {
  it('ends in the check digit of ISO/IEC 7812-1', () => {
    expect(luhnDigit('7992739871')).toBe(3);
    expect(medicalRecordNumber(1_000_000)).toEqual({ system: 'urn:anamnesis:mrn', value: '10000008', type: 'MR' });
  });

  it('is no other patient’s number when one digit is misread', () => {
    const valid = (digits: string) => luhnDigit(digits.slice(0, -1)) === Number(digits.at(-1));
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000_000, max: 9_999_999 }),
        fc.nat(7),
        fc.integer({ min: 1, max: 9 }),
        (n, at, by) => {
          const { value } = medicalRecordNumber(n);
          const misread = (Number(value[at]) + by) % 10;
          return valid(value) && !valid(`${value.slice(0, at)}${misread}${value.slice(at + 1)}`);
        },
      ),
    );
  });
});
