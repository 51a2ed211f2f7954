import { failure, fhir, type Resource, translated, urlOf } from '../../../test/support/fhir.js';
import { idFor } from '../../event-sourcing/index.js';
import { deathOf, diedAtUnknownTime, registrationOf } from './patient.js';

const registration = (over: object = {}) => translated(fhir.patient(over), registrationOf).registration;

describe('a FHIR patient', () => {
  it('is registered under an id that follows from its URL', () =>
    expect(translated(fhir.patient(), registrationOf).patientId).toBe(idFor('fhir', urlOf('it'))));

  it('keeps its name in official use, digits and all, gender, birth date, telecom and address', () =>
    expect(registration()).toEqual({
      name: { family: 'Quill77', given: ['Zelda9', 'Mae1'], prefix: 'Mrs.' },
      birthDate: '1960-02-29',
      gender: 'female',
      telecom: [{ system: 'phone', value: '555-0101', use: 'home' }],
      address: { line: ['1 Low Lane'], city: 'Foxton', state: 'MA', postalCode: '01001', country: 'US' },
      identifiers: [],
    }));

  it('keeps each identifier once, with its type, and none that is out of use or incomplete', () =>
    expect(
      registration({
        identifier: [
          { system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-1', type: { coding: [{ code: 'SS' }] } },
          { system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-1', type: { coding: [{ code: 'SS' }] } },
          { system: 'urn:oid:1.2', value: 'S1', use: 'old' },
          { system: 'urn:oid:1.2' },
        ],
      }).identifiers,
    ).toEqual([{ system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-1', type: 'SS' }]));

  it('is of unknown gender, and without telecom and address, when that is not said', () =>
    expect(registration({ gender: undefined, telecom: undefined, address: undefined })).toEqual({
      name: expect.anything(),
      birthDate: '1960-02-29',
      gender: 'unknown',
      telecom: [],
      identifiers: [],
    }));

  it('of one name carries it as the family name', () => {
    expect(registration({ name: [{ given: ['Mononymous'] }] }).name).toEqual({ family: 'Mononymous', given: [] });
    expect(registration({ name: [{ text: 'Ada Lovelace' }] }).name).toEqual({ family: 'Ada Lovelace', given: [] });
  });

  it.each<[string, string | undefined, object]>([
    ['missing-field', 'birthDate', { birthDate: undefined }],
    ['missing-field', 'name', { name: [] }],
    ['missing-field', 'name[0].family', { name: [{ use: 'official' }] }],
    ['wrong-type', 'birthDate', { birthDate: 19600229 }],
    ['wrong-type', 'name', { name: 'Quill' }],
    ['wrong-type', 'name[0]', { name: ['Quill'] }],
    ['unknown-code', 'gender', { gender: 'f' }],
    ['invalid-text', 'name[0].family', { name: [{ family: 'Nul\u0000' }] }],
    ['invalid-text', 'name[0].family', { name: [{ family: 'half \ud800' }] }],
  ])('fails with %s at %s', (code, path, over) => expect(() => registration(over)).toThrow(failure(code, path)));

  it('has died when a time is given, a mere date being midnight', () => {
    const deathAt = (over: object) => translated(fhir.patient(over), deathOf)?.deceasedAt;
    expect(deathAt({})).toBeUndefined();
    expect(deathAt({ deceasedDateTime: '2006-02-21T03:33:15+01:00' })).toBe('2006-02-21T02:33:15.000Z');
    expect(deathAt({ deceasedDateTime: '2006-02-21' })).toBe('2006-02-21T00:00:00.000Z');
    expect(() => deathAt({ deceasedDateTime: '2006-02' })).toThrow(failure('invalid-time', 'deceasedDateTime'));
  });

  it('may have died without anybody saying when', () => {
    const unknown = (resource: Resource) => translated(resource, diedAtUnknownTime);
    expect(unknown(fhir.patient({ deceasedBoolean: true }))).toBe(true);
    expect(unknown(fhir.patient({ deceasedBoolean: false }))).toBe(false);
    expect(unknown(fhir.patient())).toBe(false);
  });
});
