import { DomainError } from '../../event-sourcing/index.js';
import { codeOf, CVX, ICD_10_CM, isWellFormed, LOINC, RXNORM, SNOMED_CT, UCUM } from './codes.js';

const wellFormed = (system: string, code: string) => isWellFormed({ system, code });

describe('the form of a code', () => {
  it.each([
    [LOINC, '8480-6'],
    [LOINC, '72514-3'],
    [LOINC, 'LA6576-8'],
    [SNOMED_CT, '38341003'],
    [SNOMED_CT, '160968000'],
    [SNOMED_CT, '999000041000000102'],
    [ICD_10_CM, 'E11.9'],
    [ICD_10_CM, 'I10'],
    [ICD_10_CM, 'C4A.0'],
    [ICD_10_CM, 'S72.001A'],
    [ICD_10_CM, 'U07.1'],
    [RXNORM, '896209'],
    [CVX, '08'],
    [CVX, '140'],
    [UCUM, 'mm[Hg]'],
    ['urn:oid:2.16.840.1.113883.6.96', 'anything at all'],
    ['https://codes.example.org/local', 'X-17'],
  ])('is right in %s: %s', (system, code) => expect(wellFormed(system, code)).toBe(true));

  it.each([
    [LOINC, '8480-7'],
    [LOINC, '84806'],
    [LOINC, '8408-6'],
    [LOINC, 'XY123-4'],
    [SNOMED_CT, '38341004'],
    [SNOMED_CT, '83341003'],
    [SNOMED_CT, '12345'],
    [SNOMED_CT, '0038341003'],
    [SNOMED_CT, '1234567890123456789'],
    [SNOMED_CT, '679406011'],
    [SNOMED_CT, 'asthma'],
    [ICD_10_CM, 'E11.'],
    [ICD_10_CM, 'e11.9'],
    [ICD_10_CM, '11.9'],
    [ICD_10_CM, 'E11.98765'],
    [RXNORM, 'aspirin'],
    [CVX, '1234'],
    [UCUM, 'mm Hg'],
    ['https://codes.example.org/local', ''],
    ['https://codes.example.org/local', 'two  spaces'],
    ['https://codes.example.org/local', 'x'.repeat(101)],
    ['loinc', '8480-6'],
    ['', '8480-6'],
  ])('is wrong in %s: %s', (system, code) => expect(wellFormed(system, code)).toBe(false));

  it('points at the part of the code that is wrong', () => {
    const pointerOf = (system: string, code: string) => {
      try {
        return codeOf({ system, code }, '/code');
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        return (error as DomainError).extensions['errors'];
      }
    };
    expect(pointerOf('loinc', '8480-6')).toMatchObject([{ pointer: '/code/system' }]);
    expect(pointerOf(LOINC, '8480-7')).toMatchObject([{ pointer: '/code/code' }]);
  });

  it('keeps nothing that is not part of a code', () => {
    const given = { system: LOINC, code: '8480-6', display: 'Systolic', version: '2.77' };
    expect(codeOf(given, '/code')).toEqual({ system: LOINC, code: '8480-6', display: 'Systolic' });
  });
});
