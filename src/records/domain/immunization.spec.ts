import { scenariosOf } from '../../event-sourcing/testing/given.js';
import { ImmunizationEnteredInError, ImmunizationRecorded } from '../events/immunization-events.js';
import { Immunization, type NewImmunization } from './immunization.js';

const given = scenariosOf(Immunization);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const code = { system: 'http://hl7.org/fhir/sid/cvx', code: '140', display: 'Influenza, seasonal' };
const occurredAt = '2026-03-01T11:50:00.000Z';

const recorded = new ImmunizationRecorded({
  patientId,
  effectiveAt: occurredAt,
  status: 'completed',
  code,
  lotNumber: 'AB-17',
  primarySource: true,
});
const inError = new ImmunizationEnteredInError({ patientId, reason: 'wrong patient' });

const record = (details: Partial<NewImmunization>) =>
  Immunization.record('i1', patientId, { code, occurredAt, ...details }, now);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('recording an immunization', () => {
  it('was given here unless told otherwise', () =>
    expect(record({ lotNumber: 'AB-17' }).getUncommittedEvents()).toEqual([recorded]));

  it('may be reported with the date alone', () =>
    expect(record({ occurredAt: '1999-09-01', primarySource: false }).getUncommittedEvents()).toMatchObject([
      { data: { effectiveAt: '1999-09-01T00:00:00.000Z', primarySource: false } },
    ]));

  it.each<[string, Partial<NewImmunization>]>([
    ['effective-in-future', { occurredAt: '2026-03-05' }],
    ['invalid-code', { code: { system: code.system, code: 'flu' } }],
    ['invalid-code', { site: { system: 'arm', code: 'left' } }],
    ['invalid-value', { doseNumber: 0 }],
    ['invalid-unit', { dose: { value: 0.5, code: 'milli litre' } }],
  ])('refuses with %s: %j', (refused, details) => expect(() => record(details)).toThrow(refusal(refused)));
});

describe('marking an immunization as entered in error', () => {
  it('is possible', () =>
    given(recorded)
      .when((i) => i.markEnteredInError('wrong patient'))
      .then(inError));

  it('is final', () =>
    given(recorded, inError)
      .when((i) => i.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
