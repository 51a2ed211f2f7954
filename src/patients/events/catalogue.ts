import { catalogue } from '../../event-sourcing/index.js';
import { DemographicsChanged, DemographicsCorrected } from './demographics-changed.js';
import { IdentifierAssigned, IdentifierRetired } from './identifiers.js';
import { PatientDeathReverted, PatientDeceased } from './patient-death.js';
import { PatientMarkedEnteredInError } from './patient-marked-entered-in-error.js';
import { PatientRegistered } from './patient-registered.js';

const demographics = ['name', 'birthDate', 'gender', 'telecom', 'address'];

export const patientEvents = catalogue('patients', {
  'patient-registered': { event: PatientRegistered, personalData: [...demographics, 'identifiers'] },
  'demographics-changed': { event: DemographicsChanged, personalData: demographics },
  'demographics-corrected': { event: DemographicsCorrected, personalData: demographics },
  'identifier-assigned': { event: IdentifierAssigned, personalData: ['identifier'] },
  'identifier-retired': { event: IdentifierRetired, personalData: ['identifier'] },
  'patient-deceased': { event: PatientDeceased, personalData: ['deceasedAt'] },
  'patient-death-reverted': { event: PatientDeathReverted, personalData: ['reason'] },
  'patient-marked-entered-in-error': { event: PatientMarkedEnteredInError, personalData: ['reason'] },
});
