import { scenariosOf } from '../../event-sourcing/testing/given.js';
import {
  MedicationHeld,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  MedicationStopped,
  type PrescribedStatus,
} from '../events/medication-events.js';
import { MedicationOrder, type NewMedicationOrder } from './medication-order.js';

const given = scenariosOf(MedicationOrder);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const authoredOn = '2026-02-01T09:00:00.000Z';
const code = { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '313782', display: 'Acetaminophen 325 MG' };

const prescribed = (status: PrescribedStatus = 'active') =>
  new MedicationPrescribed({ patientId, effectiveAt: authoredOn, code, status });
const held = new MedicationHeld({ patientId, effectiveAt: now, reason: 'surgery' });
const stopped = new MedicationStopped({ patientId, effectiveAt: now, reason: 'no longer needed' });
const inError = new MedicationOrderEnteredInError({ patientId, reason: 'wrong patient' });

const prescribe = (details: Partial<NewMedicationOrder>) =>
  MedicationOrder.prescribe('m1', patientId, { code, ...details }, now);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('prescribing a medication', () => {
  it('is active at once unless it is a draft', () => {
    expect(prescribe({ authoredOn }).getUncommittedEvents()).toEqual([prescribed()]);
    expect(prescribe({ authoredOn, status: 'draft' }).inUse).toBe(false);
  });

  it('keeps how to take it', () => {
    const dosage = { text: '1 tablet twice a day', dose: { value: 1, unit: 'tablet', code: '{tbl}' }, asNeeded: true };
    expect(prescribe({ dosage }).getUncommittedEvents()).toMatchObject([{ data: { dosage, effectiveAt: now } }]);
  });

  it.each<[string, Partial<NewMedicationOrder>]>([
    ['effective-in-future', { authoredOn: '2026-03-01T12:06:00.000Z' }],
    ['invalid-code', { code: { system: code.system, code: 'aspirin' } }],
    ['invalid-unit', { dosage: { dose: { value: 1, code: 'one tablet' } } }],
    ['invalid-value', { dosage: { dose: { value: Infinity } } }],
    ['invalid-code', { dosage: { route: { system: 'oral', code: 'oral' } } }],
  ])('refuses with %s: %j', (refused, details) => expect(() => prescribe(details)).toThrow(refusal(refused)));
});

describe('stopping a medication', () => {
  it('that is active', () =>
    given(prescribed())
      .when((m) => m.stop('no longer needed', undefined, now))
      .then(stopped));

  it('that is held', () =>
    given(prescribed(), held)
      .when((m) => m.stop('no longer needed', undefined, now))
      .then(stopped));

  it.each<PrescribedStatus>(['draft', 'completed', 'stopped', 'cancelled'])('is refused when it is %s', (status) =>
    given(prescribed(status))
      .when((m) => m.stop('no longer needed', undefined, now))
      .thenRefuses('medication-not-active'),
  );

  it('is refused when it was stopped before, or entered in error', () => {
    given(prescribed(), stopped)
      .when((m) => m.stop('again', undefined, now))
      .thenRefuses('medication-not-active');
    given(prescribed(), inError)
      .when((m) => m.stop('again', undefined, now))
      .thenRefuses('medication-not-active');
  });

  it('is refused before it was authored, and in the future', () => {
    given(prescribed())
      .when((m) => m.stop('early', '2026-01-31T00:00:00.000Z', now))
      .thenRefuses('ends-before-start');
    given(prescribed())
      .when((m) => m.stop('late', '2026-03-02T00:00:00.000Z', now))
      .thenRefuses('effective-in-future');
  });
});

describe('holding a medication', () => {
  it('that is active', () =>
    given(prescribed())
      .when((m) => m.hold('surgery', now))
      .then(held));

  it.each<PrescribedStatus>(['draft', 'on-hold', 'completed', 'stopped', 'cancelled'])(
    'is refused when it is %s',
    (status) =>
      given(prescribed(status))
        .when((m) => m.hold('surgery', now))
        .thenRefuses('medication-not-active'),
  );
});

describe('marking an order as entered in error', () => {
  it.each([[[prescribed()]], [[prescribed(), held]], [[prescribed(), stopped]], [[prescribed('draft')]]])(
    'is possible at any time',
    (history) =>
      given(...history)
        .when((m) => m.markEnteredInError('wrong patient'))
        .then(inError),
  );

  it('is final', () =>
    given(prescribed(), inError)
      .when((m) => m.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
