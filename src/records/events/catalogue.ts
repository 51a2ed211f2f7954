import { catalogue } from '../../event-sourcing/index.js';
import { AllergyEnteredInError, AllergyRecorded } from './allergy-events.js';
import { ConditionEnteredInError, ConditionRecorded, ConditionResolved } from './condition-events.js';
import { EncounterEnteredInError, EncounterFinished, EncounterStarted } from './encounter-events.js';
import { ImmunizationEnteredInError, ImmunizationRecorded } from './immunization-events.js';
import {
  MedicationHeld,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  MedicationStopped,
} from './medication-events.js';
import { ObservationsEnteredInError, ObservationsRecorded } from './observation-events.js';

const reason = ['reason'];

export const recordEvents = catalogue('records', {
  'encounter-started': { event: EncounterStarted, personalData: ['type', 'reason'] },
  'encounter-finished': { event: EncounterFinished },
  'encounter-entered-in-error': { event: EncounterEnteredInError, personalData: reason },
  'condition-recorded': { event: ConditionRecorded, personalData: ['code', 'severity', 'onset', 'abatement'] },
  'condition-resolved': { event: ConditionResolved, personalData: ['abatement'] },
  'condition-entered-in-error': { event: ConditionEnteredInError, personalData: reason },
  'allergy-recorded': { event: AllergyRecorded, personalData: ['code', 'category', 'onset', 'reactions'] },
  'allergy-entered-in-error': { event: AllergyEnteredInError, personalData: reason },
  'medication-prescribed': { event: MedicationPrescribed, personalData: ['code', 'dosage', 'overrideReason'] },
  'medication-held': { event: MedicationHeld, personalData: reason },
  'medication-stopped': { event: MedicationStopped, personalData: reason },
  'medication-order-entered-in-error': { event: MedicationOrderEnteredInError, personalData: reason },
  'observations-recorded': { event: ObservationsRecorded, personalData: ['code', 'observations'] },
  'observations-entered-in-error': { event: ObservationsEnteredInError, personalData: reason },
  'immunization-recorded': { event: ImmunizationRecorded, personalData: ['code', 'lotNumber', 'site', 'route'] },
  'immunization-entered-in-error': { event: ImmunizationEnteredInError, personalData: reason },
});
