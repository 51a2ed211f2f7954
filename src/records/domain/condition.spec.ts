import { scenariosOf } from '../../event-sourcing/testing/given.js';
import {
  type ConditionClinicalStatus,
  ConditionEnteredInError,
  ConditionRecorded,
  ConditionResolved,
} from '../events/condition-events.js';
import { Condition, type NewCondition } from './condition.js';

const given = scenariosOf(Condition);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const code = { system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertension' };

const recorded = (clinicalStatus: ConditionClinicalStatus = 'active') =>
  new ConditionRecorded({
    patientId,
    effectiveAt: '2019-04-03T00:00:00.000Z',
    code,
    clinicalStatus,
    verificationStatus: 'confirmed',
    onset: '2019-04-03',
  });
const resolved = new ConditionResolved({ patientId, effectiveAt: now, abatement: now });
const inError = new ConditionEnteredInError({ patientId, reason: 'wrong patient' });

const record = (details: Partial<NewCondition>) => Condition.record('c1', patientId, { code, ...details }, now);
const factsOf = (details: Partial<NewCondition>) => record(details).getUncommittedEvents()[0];
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('recording a condition', () => {
  it('is active and confirmed unless told otherwise, and effective from its onset', () =>
    expect(factsOf({ onset: '2019-04-03' })).toEqual(recorded()));

  it('is effective from now when the onset is not known', () =>
    expect(factsOf({})).toMatchObject({ data: { effectiveAt: now } }));

  it('is effective from when it was first recorded when the onset is not known', () =>
    expect(factsOf({ recordedDate: '2019-04-03' })).toMatchObject({
      data: { effectiveAt: '2019-04-03T00:00:00.000Z' },
    }));

  it('keeps an onset of before the encounter', () =>
    expect(factsOf({ onset: '1988-07-26T09:21:52+00:00', encounterId: 'e1' })).toMatchObject({
      data: { onset: '1988-07-26T09:21:52.000Z', effectiveAt: '1988-07-26T09:21:52.000Z', encounterId: 'e1' },
    }));

  it('is resolved when it has abated, and inactive when it was refuted', () => {
    expect(factsOf({ abatement: '2020-01-01' })).toMatchObject({ data: { clinicalStatus: 'resolved' } });
    expect(factsOf({ verificationStatus: 'refuted' })).toMatchObject({ data: { clinicalStatus: 'inactive' } });
  });

  it.each<[string, Partial<NewCondition>]>([
    ['effective-in-future', { onset: '2026-03-04' }],
    ['effective-in-future', { abatement: '2026-03-04' }],
    ['ends-before-start', { onset: '2020-01-10', abatement: '2020-01-01' }],
    ['active-condition-abated', { clinicalStatus: 'relapse', abatement: '2020-01-01' }],
    ['invalid-code', { code: { system: 'http://snomed.info/sct', code: '38341004' } }],
  ])('refuses with %s: %j', (refused, details) => expect(() => record(details)).toThrow(refusal(refused)));
});

describe('resolving a condition', () => {
  it.each<ConditionClinicalStatus>(['active', 'recurrence', 'relapse'])('that is %s', (status) =>
    given(recorded(status))
      .when((c) => c.resolve(undefined, now))
      .then(resolved),
  );

  it.each<ConditionClinicalStatus>(['inactive', 'remission', 'resolved'])('is refused when it is %s', (status) =>
    given(recorded(status))
      .when((c) => c.resolve(undefined, now))
      .thenRefuses('condition-not-active'),
  );

  it('is refused twice', () =>
    given(recorded(), resolved)
      .when((c) => c.resolve(undefined, now))
      .thenRefuses('condition-not-active'));

  it('is refused when it was entered in error', () =>
    given(recorded(), inError)
      .when((c) => c.resolve(undefined, now))
      .thenRefuses('condition-not-active'));

  it('is refused before its onset, and in the future', () => {
    given(recorded())
      .when((c) => c.resolve('2018-01-01', now))
      .thenRefuses('ends-before-start');
    given(recorded())
      .when((c) => c.resolve('2026-04-01', now))
      .thenRefuses('effective-in-future');
  });
});

describe('marking a condition as entered in error', () => {
  it.each([[[recorded()]], [[recorded(), resolved]]])('is possible at any time', (history) =>
    given(...history)
      .when((c) => c.markEnteredInError('wrong patient'))
      .then(inError),
  );

  it('is final', () =>
    given(recorded(), inError)
      .when((c) => c.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
