import { failure, fhir, skip, translated, urlOf } from '../../../test/support/fhir.js';
import { idFor } from '../../event-sourcing/index.js';
import { allergyOf } from './allergy-intolerance.js';
import { conditionOf } from './condition.js';
import { immunizationOf } from './immunization.js';
import { inSpiteOfAlerts, prescriptionOf } from './medication-request.js';
import { scheduleOf } from './practitioner.js';

const id = idFor('fhir', urlOf('it'));
const status = (code: string) => ({ coding: [{ code }] });

describe('a FHIR condition', () => {
  const condition = (over: object = {}) => translated(fhir.condition('p', 'e', over), conditionOf);

  it('is recorded as history, in its encounter', () =>
    expect(condition()).toEqual({
      conditionId: id,
      patientId: 'p1',
      condition: {
        encounterId: 'e1',
        code: {
          system: 'http://snomed.info/sct',
          code: '195662009',
          display: 'Acute viral pharyngitis (disorder)',
        },
        clinicalStatus: 'active',
        verificationStatus: 'confirmed',
        onset: '2019-03-01T08:00:00.000Z',
      },
      asHistory: true,
    }));

  it('that is over comes with its abatement', () =>
    expect(condition({ clinicalStatus: status('resolved'), abatementDateTime: '2019-03-14' }).condition).toMatchObject({
      clinicalStatus: 'resolved',
      abatement: '2019-03-14',
    }));

  it('keeps its severity, and the words of whoever recorded it where they differ from the terminology', () =>
    expect(
      condition({
        severity: { coding: [{ system: 'http://snomed.info/sct', code: '24484000' }] },
        code: { coding: [{ system: 'urn:x', code: '1', display: 'Sore throat' }], text: 'throat hurts' },
      }).condition,
    ).toMatchObject({ severity: 'severe', code: { display: 'Sore throat', text: 'throat hurts' } }));

  it('takes the first coding that has a system and a code', () =>
    expect(
      condition({ code: { coding: [{ display: 'in words' }, { system: 'urn:x', code: '2' }] } }).condition.code,
    ).toEqual({ system: 'urn:x', code: '2' }));

  it('that was entered in error is left out', () =>
    expect(() => condition({ verificationStatus: status('entered-in-error') })).toThrow(
      skip('status entered-in-error'),
    ));

  it.each<[string, string, object]>([
    ['missing-field', 'code.coding', { code: { text: 'in words only' } }],
    ['unknown-code', 'clinicalStatus.coding[0].code', { clinicalStatus: status('better') }],
    ['invalid-time', 'onsetDateTime', { onsetDateTime: 'yesterday' }],
    ['wrong-type', 'code', { code: 5 }],
  ])('fails with %s at %s', (code, path, over) => expect(() => condition(over)).toThrow(failure(code, path)));
});

describe('a FHIR allergy', () => {
  const allergy = (over: object = {}) => translated(fhir.allergy('p', over), allergyOf);

  it('keeps type, category, criticality and the day on which it was recorded', () =>
    expect(allergy().allergy).toEqual({
      encounterId: 'e1',
      code: { system: 'http://snomed.info/sct', code: '300913006', display: 'Shellfish allergy' },
      type: 'allergy',
      category: ['food'],
      criticality: 'low',
      clinicalStatus: 'active',
      verificationStatus: 'confirmed',
      recordedDate: '1961-01-07T09:21:52.000Z',
      reactions: [],
    }));

  it('has a reaction for each manifestation', () => {
    const coded = (code: string) => ({ coding: [{ system: 'urn:x', code }] });
    const reaction = [{ manifestation: [coded('rash'), { text: 'itching' }, coded('cough')], severity: 'mild' }];
    expect(allergy({ reaction }).allergy.reactions).toEqual([
      { manifestation: { system: 'urn:x', code: 'rash' }, severity: 'mild' },
      { manifestation: { system: 'urn:x', code: 'cough' }, severity: 'mild' },
    ]);
  });

  it('fails when its category is none', () =>
    expect(() => allergy({ category: ['pollen'] })).toThrow(failure('unknown-code', 'category[0]')));
});

describe('a FHIR medication request', () => {
  const prescription = (over: object = {}, others = {}) =>
    translated(fhir.medication('p', 'e', over), prescriptionOf, others);

  it.each(['active', 'on-hold', 'stopped', 'completed', 'cancelled', 'draft'])(
    'that is %s is taken over as that',
    (now) =>
      expect(prescription({ status: now })).toMatchObject({
        orderId: id,
        order: { status: now, authoredOn: '2019-03-01T08:00:00.000Z', encounterId: 'e1' },
        asHistory: true,
      }),
  );

  it('keeps its prescriber', () =>
    expect(
      prescription({ requester: { reference: urlOf('doctor') } }, { doctor: fhir.practitioner('270') }).order
        .prescriberId,
    ).toBe(idFor('fhir', 'practitioner', 'http://hl7.org/fhir/sid/us-npi', '270')));

  it('puts its timing in words', () => {
    const dosageInstruction = [
      {
        timing: { repeat: { frequency: 2, period: 12, periodUnit: 'h' } },
        asNeededBoolean: false,
        doseAndRate: [{ doseQuantity: { value: 1 } }],
        additionalInstruction: [{ text: 'with food' }],
      },
      { timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } },
    ];
    expect(prescription({ dosageInstruction }).order.dosage).toEqual({
      text: '2 times every 12 hours; with food; once every day',
      dose: { value: 1 },
      asNeeded: false,
    });
  });

  it('finds a medication that it refers to, in itself or in the bundle', () => {
    const code = { coding: [{ system: 'urn:x', code: 'm' }] };
    const other = { medicationCodeableConcept: undefined, medicationReference: { reference: urlOf('drug') } };
    expect(prescription(other, { drug: { resourceType: 'Medication', code } }).order.code.code).toBe('m');
    const inside = { ...other, medicationReference: { reference: '#m1' }, contained: [{ id: 'm1', code }] };
    expect(prescription(inside).order.code.code).toBe('m');
    expect(() => prescription(other)).toThrow(failure('dangling-reference', 'medicationReference.reference'));
  });

  it('can be prescribed in spite of an alert', () =>
    expect(inSpiteOfAlerts(prescription())).toMatchObject({
      orderId: id,
      order: { overrideReason: 'Prescribed elsewhere.', encounterId: 'e1' },
      asHistory: true,
    }));

  it('that only proposes, or was entered in error, is left out', () => {
    expect(() => prescription({ intent: 'proposal' })).toThrow(skip('intent other than order'));
    expect(() => prescription({ status: 'entered-in-error' })).toThrow(skip('status entered-in-error'));
  });

  it.each<[string, string, object]>([
    ['missing-field', 'authoredOn', { authoredOn: undefined }],
    ['missing-field', 'medicationCodeableConcept.coding', { medicationCodeableConcept: undefined }],
    ['unknown-code', 'status', { status: 'taken' }],
  ])('fails with %s at %s', (code, path, over) => expect(() => prescription(over)).toThrow(failure(code, path)));
});

describe('a FHIR immunization', () => {
  const immunization = (over: object = {}) => translated(fhir.immunization('p', 'e', over), immunizationOf);

  it('is recorded with lot, dose, site and route', () =>
    expect(
      immunization({
        lotNumber: 'L1',
        protocolApplied: [{ doseNumberPositiveInt: 2 }],
        doseQuantity: { value: 0.5, system: 'http://unitsofmeasure.org', code: 'mL' },
        site: { coding: [{ system: 'urn:x', code: 'LA' }] },
      }),
    ).toEqual({
      immunizationId: id,
      patientId: 'p1',
      immunization: {
        encounterId: 'e1',
        code: { system: 'http://hl7.org/fhir/sid/cvx', code: '140', display: 'Influenza, seasonal, injectable' },
        occurredAt: '2019-03-01T08:00:00.000Z',
        lotNumber: 'L1',
        doseNumber: 2,
        dose: { value: 0.5, code: 'mL' },
        site: { system: 'urn:x', code: 'LA' },
        primarySource: true,
      },
      asHistory: true,
    }));

  it('that was not given is left out', () =>
    expect(() => immunization({ status: 'not-done' })).toThrow(skip('status not-done')));

  it('fails without a time', () =>
    expect(() => immunization({ occurrenceDateTime: undefined })).toThrow(
      failure('missing-field', 'occurrenceDateTime'),
    ));
});

describe('a FHIR practitioner', () => {
  const schedule = (over: object = {}) =>
    translated(fhir.practitioner('270', over), (entry) => scheduleOf(entry, 'Europe/London'));

  it('is a schedule without hours, under an id that follows from its national number', () =>
    expect(schedule()).toEqual({
      scheduleId: idFor('fhir', 'practitioner', 'http://hl7.org/fhir/sid/us-npi', '270'),
      definition: {
        resource: { type: 'practitioner', name: 'Dr. Ida3 Byrne12' },
        timeZone: 'Europe/London',
        weeklyHours: [],
      },
    }));

  it('without a number has the id of its URL', () => expect(schedule({ identifier: [] }).scheduleId).toBe(id));

  it('fails without a name', () => expect(() => schedule({ name: [{}] })).toThrow(failure('missing-field', 'name')));
});
