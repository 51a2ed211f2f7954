import { scenariosOf } from '../../event-sourcing/testing/given.js';
import type { Demographics } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { MRN_SYSTEM } from '../events/identifier.js';
import { IdentifierAssigned, IdentifierRetired } from '../events/identifiers.js';
import { PatientDeathReverted, PatientDeceased } from '../events/patient-death.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { Patient } from './patient.js';

const id = '018f0000-0000-7000-8000-000000000001';
const now = '2026-03-01T09:00:00.000Z';
const ada: Demographics = {
  name: { family: 'Byron', given: ['Ada'] },
  birthDate: '1980-02-29',
  gender: 'female',
  telecom: [{ system: 'phone', value: '+44 20 7946 0958', use: 'home' }],
  address: { line: ['12 St James’s Square'], city: 'London' },
};
const married: Demographics = { ...ada, name: { family: 'Lovelace', given: ['Ada'] } };
const mrn = { system: MRN_SYSTEM, value: '10000008', type: 'MR' };
const otherMrn = { system: MRN_SYSTEM, value: '10000016', type: 'MR' };
const passport = { system: 'urn:oid:2.16.840.1.113883.4.330', value: 'X4374756', type: 'PPN' };

const given = scenariosOf(Patient, id);
const registered = new PatientRegistered({ patientId: id, ...ada, identifiers: [mrn] });
const assigned = new IdentifierAssigned({ identifier: passport });
const retired = new IdentifierRetired({ identifier: passport });
const died = new PatientDeceased({ deceasedAt: '2025-06-01T08:00:00.000Z' });
const reverted = new PatientDeathReverted({ reason: 'another patient' });
const inError = new PatientMarkedEnteredInError({ reason: 'registered twice' });

describe('registering', () => {
  const register = (changes: Partial<Demographics> = {}, identifiers = [mrn]) => {
    const patient = Patient.register(id, { ...ada, ...changes, identifiers }, now);
    return patient.getUncommittedEvents().map(({ data }) => data);
  };

  it('records who it is, with the patient’s id', () => {
    expect(register()).toEqual([registered.data]);
  });

  it('spells what was given in one way', () => {
    expect(
      register(
        {
          name: { family: '  O\u0301’Neill  ', given: ['Mary   Ann', ' '], prefix: ' ' },
          telecom: [...ada.telecom, ...ada.telecom],
          address: { line: [], city: ' ' },
        },
        [mrn, { ...passport, value: ' X4374756 ' }],
      ),
    ).toEqual([
      {
        patientId: id,
        name: { family: 'Ó’Neill', given: ['Mary Ann'] },
        birthDate: '1980-02-29',
        gender: 'female',
        telecom: ada.telecom,
        identifiers: [mrn, passport],
      },
    ]);
  });

  it.each([
    ['2026-03-03', 'birth-date-in-future'],
    ['1874-12-31', 'birth-date-too-early'],
    ['1980-02-30', 'birth-date-invalid'],
    ['1980-02', 'birth-date-invalid'],
    ['yesterday', 'birth-date-invalid'],
  ])('refuses the birth date %s', (birthDate, code) => {
    expect(() => register({ birthDate })).toThrow(expect.objectContaining({ kind: 'invalid', code }));
  });

  it('accepts who is born today where it is tomorrow already', () => {
    const lateOnTheDayBefore = '2026-03-01T10:30:00.000Z';
    expect(() =>
      Patient.register(id, { ...ada, birthDate: '2026-03-02', identifiers: [mrn] }, lateOnTheDayBefore),
    ).not.toThrow();
  });

  it('refuses an identifier whose system is no URI, and says which', () => {
    expect(() => register({}, [mrn, { ...passport, system: 'passport' }])).toThrow(
      expect.objectContaining({
        code: 'identifier-system-invalid',
        extensions: { errors: [expect.objectContaining({ pointer: '/identifiers/1/system' })] },
      }),
    );
    expect(() => register({}, [mrn, { ...passport, system: 'urn:a|b' }])).toThrow(
      expect.objectContaining({ code: 'identifier-system-invalid' }),
    );
  });

  it('refuses the same identifier twice', () => {
    expect(() => register({}, [mrn, passport, { ...passport, type: 'DL' }])).toThrow(
      expect.objectContaining({ code: 'identifier-given-twice' }),
    );
  });
});

describe('demographics', () => {
  it('are changed when something new is true', () =>
    given(registered)
      .when((patient) => patient.changeDemographics(married, now))
      .then(new DemographicsChanged(married)));

  it('are corrected when the old was wrong', () =>
    given(registered)
      .when((patient) => patient.correctDemographics(married, now))
      .then(new DemographicsCorrected(married)));

  it('stay without an event when nothing is different, however it is spelled', () => {
    given(registered)
      .when((patient) => patient.changeDemographics({ ...ada, name: { family: ' Byron ', given: ['Ada'] } }, now))
      .thenNothing();
    given(registered, new DemographicsChanged(married))
      .when((patient) => patient.correctDemographics(married, now))
      .thenNothing();
    given(registered, new DemographicsCorrected(married))
      .when((patient) => patient.changeDemographics(ada, now))
      .then(new DemographicsChanged(ada));
  });

  it('lose what is no longer given', () => {
    const { address: _, ...homeless } = ada;
    given(registered)
      .when((patient) => patient.changeDemographics(homeless, now))
      .then(new DemographicsChanged(homeless));
  });

  it('are corrected after a death too, but the birth is never after it', () => {
    given(registered, died)
      .when((patient) => patient.correctDemographics(married, now))
      .then(new DemographicsCorrected(married));
    given(registered, died)
      .when((patient) => patient.correctDemographics({ ...ada, birthDate: '2025-06-03' }, now))
      .thenRefuses('death-before-birth');
  });

  it('take no birth date from the future', () =>
    given(registered)
      .when((patient) => patient.changeDemographics({ ...ada, birthDate: '2027-01-01' }, now))
      .thenRefuses('birth-date-in-future'));
});

describe('identifiers', () => {
  it('are assigned', () =>
    given(registered)
      .when((patient) => patient.assignIdentifier(passport))
      .then(assigned));

  it('are assigned once', () =>
    given(registered, assigned)
      .when((patient) => patient.assignIdentifier({ ...passport, value: ' X4374756' }))
      .thenNothing());

  it('are never used again when they are retired', () =>
    given(registered, assigned, retired)
      .when((patient) => patient.assignIdentifier(passport))
      .thenRefuses('identifier-retired'));

  it('are retired with what is known of them', () =>
    given(registered, assigned)
      .when((patient) => patient.retireIdentifier({ system: passport.system, value: passport.value }))
      .then(retired));

  it('are retired once', () =>
    given(registered, assigned, retired)
      .when((patient) => patient.retireIdentifier(passport))
      .thenNothing());

  it('are not retired when the patient has no such one', () =>
    given(registered)
      .when((patient) => patient.retireIdentifier(passport))
      .thenRefuses('identifier-not-assigned'));

  it('always hold a medical record number', () => {
    given(registered, assigned)
      .when((patient) => patient.retireIdentifier(mrn))
      .thenRefuses('last-medical-record-number');
    given(registered, new IdentifierAssigned({ identifier: otherMrn }))
      .when((patient) => patient.retireIdentifier(mrn))
      .then(new IdentifierRetired({ identifier: mrn }));
  });

  it('name the medical record number in use', () => {
    expect(given(registered).subject.mrn).toBe('10000008');
    const replaced = [new IdentifierAssigned({ identifier: otherMrn }), new IdentifierRetired({ identifier: mrn })];
    expect(given(registered, ...replaced).subject.mrn).toBe('10000016');
  });
});

describe('death', () => {
  it('is recorded', () =>
    given(registered)
      .when((patient) => patient.recordDeath('2025-06-01T08:00:00.000Z', now))
      .then(died));

  it('is recorded once', () =>
    given(registered, died)
      .when((patient) => patient.recordDeath('2025-06-01T08:00:00.000Z', now))
      .thenNothing());

  it('is not recorded at another time before it is reverted', () => {
    given(registered, died)
      .when((patient) => patient.recordDeath('2025-06-02T08:00:00.000Z', now))
      .thenRefuses('patient-already-deceased');
    given(registered, died, reverted)
      .when((patient) => patient.recordDeath('2025-06-02T08:00:00.000Z', now))
      .then(new PatientDeceased({ deceasedAt: '2025-06-02T08:00:00.000Z' }));
  });

  it('is not in the future, but a clock may be a little ahead', () => {
    given(registered)
      .when((patient) => patient.recordDeath('2026-03-01T09:05:00.000Z', now))
      .thenRefuses('death-in-future');
    given(registered)
      .when((patient) => patient.recordDeath('2026-03-01T09:00:30.000Z', now))
      .then(new PatientDeceased({ deceasedAt: '2026-03-01T09:00:30.000Z' }));
  });

  it('is not before birth, wherever on earth that was', () => {
    given(registered)
      .when((patient) => patient.recordDeath('1980-02-28T09:59:00.000Z', now))
      .thenRefuses('death-before-birth');
    given(registered)
      .when((patient) => patient.recordDeath('1980-02-28T10:01:00.000Z', now))
      .then(new PatientDeceased({ deceasedAt: '1980-02-28T10:01:00.000Z' }));
  });

  it('is reverted, with the reason', () =>
    given(registered, died)
      .when((patient) => patient.revertDeath(' another patient '))
      .then(reverted));

  it('is not reverted when there is none', () => {
    given(registered)
      .when((patient) => patient.revertDeath('why'))
      .thenRefuses('patient-not-deceased');
    given(registered, died, reverted)
      .when((patient) => patient.revertDeath('why'))
      .thenRefuses('patient-not-deceased');
  });
});

describe('a patient entered in error', () => {
  it.each([
    ['living', [registered]],
    ['deceased', [registered, died]],
  ])('is marked, %s', (_, history) =>
    given(...history)
      .when((patient) => patient.markEnteredInError('registered twice'))
      .then(inError),
  );

  it.each<[string, (patient: Patient) => void]>([
    ['a change', (patient) => patient.changeDemographics(married, now)],
    ['a correction', (patient) => patient.correctDemographics(married, now)],
    ['the same again', (patient) => patient.changeDemographics(ada, now)],
    ['an identifier', (patient) => patient.assignIdentifier(passport)],
    ['a retirement', (patient) => patient.retireIdentifier(mrn)],
    ['a death', (patient) => patient.recordDeath('2025-06-01T08:00:00.000Z', now)],
    ['a reverted death', (patient) => patient.revertDeath('why')],
    ['another mark', (patient) => patient.markEnteredInError('why')],
  ])('takes no more entries: %s', (_, entry) =>
    given(registered, inError).when(entry).thenRefuses('patient-entered-in-error'),
  );
});
