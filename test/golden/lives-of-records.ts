import { Allergy } from '../../src/records/domain/allergy.js';
import { Condition } from '../../src/records/domain/condition.js';
import { Encounter } from '../../src/records/domain/encounter.js';
import { Immunization } from '../../src/records/domain/immunization.js';
import { MedicationOrder } from '../../src/records/domain/medication-order.js';
import { ObservationSet } from '../../src/records/domain/observation-set.js';
import type { Code } from '../../src/records/events/code.js';
import { ids, life, now } from './life.js';

const snomed = (code: string, display: string): Code => ({ system: 'http://snomed.info/sct', code, display });
const loinc = (code: string, display: string): Code => ({ system: 'http://loinc.org', code, display });
const mmHg = (value: number) => ({ quantity: { value, unit: 'mmHg', code: 'mm[Hg]' } });
const encounterId = ids.encounter;
const REASON = 'of another patient';

export const livesOfRecords = [
  life(
    'an encounter of an appointment',
    Encounter.start(
      ids.encounter,
      ids.patient,
      {
        class: 'AMB',
        start: '2026-03-01T11:30:00.000Z',
        practitionerId: ids.practitioner,
        appointmentId: ids.appointment,
        type: snomed('185349003', 'Encounter for check up'),
        reason: snomed('38341003', 'Hypertension'),
      },
      now,
    ),
    (encounter) => encounter.finish('2026-03-01T11:55:00.000Z', now),
    (encounter) => encounter.markEnteredInError(REASON),
  ),
  life(
    'a condition that was resolved',
    Condition.record(
      ids.entry,
      ids.patient,
      {
        code: { ...snomed('38341003', 'Hypertension'), text: 'high blood pressure' },
        clinicalStatus: 'active',
        verificationStatus: 'confirmed',
        severity: 'moderate',
        onset: '2019-04-03',
        encounterId,
      },
      now,
    ),
    (condition) => condition.resolve('2026-02-01', now),
    (condition) => condition.markEnteredInError(REASON),
  ),
  life(
    'a condition that had abated before it was recorded',
    Condition.record(
      ids.entry,
      ids.patient,
      { code: snomed('195662009', 'Acute viral pharyngitis'), onset: '2025-12-01', abatement: '2025-12-14' },
      now,
    ),
  ),
  life(
    'an allergy with a reaction',
    Allergy.record(
      ids.entry,
      ids.patient,
      {
        code: snomed('300913006', 'Shellfish allergy'),
        type: 'allergy',
        category: ['food'],
        criticality: 'high',
        clinicalStatus: 'active',
        verificationStatus: 'confirmed',
        onset: '2024-05-01',
        reactions: [{ manifestation: snomed('271807003', 'Eruption of skin'), severity: 'mild', onset: '2024-05-01' }],
        encounterId,
      },
      now,
    ),
    (allergy) => allergy.markEnteredInError(REASON),
  ),
  life(
    'a medication order, held and stopped',
    MedicationOrder.prescribe(
      ids.entry,
      ids.patient,
      {
        code: {
          system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
          code: '313782',
          display: 'Acetaminophen 325 MG',
        },
        dosage: {
          text: '1 tablet twice a day',
          dose: { value: 1, unit: 'tablet', code: '{tbl}' },
          route: snomed('26643006', 'Oral route'),
          asNeeded: true,
        },
        prescriberId: ids.practitioner,
        overrideReason: 'tolerated before',
        authoredOn: '2026-02-01T09:00:00.000Z',
        encounterId,
      },
      now,
    ),
    (order) => order.hold('surgery', now),
    (order) => order.stop('no longer needed', now, now),
    (order) => order.markEnteredInError(REASON),
  ),
  life(
    'a panel with a value of each kind',
    ObservationSet.record(
      ids.entry,
      ids.patient,
      {
        effectiveAt: '2026-03-01T11:40:00.000Z',
        encounterId,
        code: loinc('85353-1', 'Vital signs'),
        observations: [
          {
            code: loinc('85354-9', 'Blood pressure'),
            components: [
              {
                code: loinc('8480-6', 'Systolic blood pressure'),
                value: mmHg(128),
                interpretation: 'N',
                referenceRange: { low: 90, high: 140, text: '90 to 140' },
              },
              { code: loinc('8462-4', 'Diastolic blood pressure'), value: mmHg(82) },
            ],
          },
          {
            code: loinc('72166-2', 'Tobacco smoking status'),
            value: { code: snomed('266919005', 'Never smoker') },
            category: 'social-history',
          },
          { code: loinc('5778-6', 'Color of Urine'), value: { string: 'straw' } },
          { code: loinc('8302-2', 'Body height'), value: { integer: 168 } },
          { code: loinc('29463-7', 'Body weight'), value: { boolean: false } },
        ],
      },
      now,
    ),
    (panel) => panel.markEnteredInError(REASON),
  ),
  life(
    'an immunization',
    Immunization.record(
      ids.entry,
      ids.patient,
      {
        code: { system: 'http://hl7.org/fhir/sid/cvx', code: '140', display: 'Influenza, seasonal' },
        occurredAt: '2026-03-01T11:50:00.000Z',
        lotNumber: 'AB-17',
        doseNumber: 1,
        dose: { value: 0.5, unit: 'mL', code: 'mL' },
        site: snomed('368208006', 'Left upper arm'),
        route: snomed('78421000', 'Intramuscular route'),
        performerId: ids.practitioner,
        primarySource: true,
        encounterId,
      },
      now,
    ),
    (immunization) => immunization.markEnteredInError(REASON),
  ),
];
