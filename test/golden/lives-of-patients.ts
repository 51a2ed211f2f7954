import { Patient } from '../../src/patients/domain/patient.js';
import type { Demographics } from '../../src/patients/events/demographics.js';
import { MRN_SYSTEM } from '../../src/patients/events/identifier.js';
import { ids, life, now } from './life.js';

const ada: Demographics = {
  name: { family: 'Byron', given: ['Ada', 'Augusta'], prefix: 'The Hon.', suffix: 'FRS' },
  birthDate: '1980-02-29',
  gender: 'female',
  telecom: [{ system: 'phone', value: '+44 20 7946 0958', use: 'home' }],
  address: {
    line: ['12 St James’s Square'],
    city: 'London',
    state: 'England',
    postalCode: 'SW1Y 4JH',
    country: 'GB',
  },
};
const married: Demographics = { ...ada, name: { ...ada.name, family: 'Lovelace' } };
const mrn = { system: MRN_SYSTEM, value: '10000008', type: 'MR' };
const passport = { system: 'urn:oid:2.16.840.1.113883.4.330', value: 'X4374756', type: 'PPN' };

export const livesOfPatients = [
  life(
    'a patient whose name changes, and who was registered by mistake',
    Patient.register(ids.patient, { ...ada, identifiers: [mrn] }, now),
    (patient) => patient.changeDemographics(married, now),
    (patient) => patient.correctDemographics({ ...married, birthDate: '1980-02-28' }, now),
    (patient) => patient.assignIdentifier(passport),
    (patient) => patient.retireIdentifier(passport),
    (patient) => patient.recordDeath('2026-02-27T08:30:00.000Z', now),
    (patient) => patient.revertDeath('another patient of that name'),
    (patient) => patient.markEnteredInError('registered twice'),
  ),
];
