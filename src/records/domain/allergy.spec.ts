import { scenariosOf } from '../../event-sourcing/testing/given.js';
import { AllergyEnteredInError, AllergyRecorded } from '../events/allergy-events.js';
import { Allergy, type NewAllergy } from './allergy.js';

const given = scenariosOf(Allergy);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const code = { system: 'http://snomed.info/sct', code: '300913006' };
const rash = { system: 'http://snomed.info/sct', code: '271807003' };

const recorded = new AllergyRecorded({
  patientId,
  effectiveAt: now,
  code,
  category: ['food'],
  clinicalStatus: 'active',
  verificationStatus: 'confirmed',
  reactions: [{ manifestation: rash, severity: 'mild', onset: '2024-05-01' }],
});
const inError = new AllergyEnteredInError({ patientId, reason: 'wrong patient' });

const record = (details: Partial<NewAllergy>) => Allergy.record('a1', patientId, { code, ...details }, now);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('recording an allergy', () => {
  it('is active and confirmed unless told otherwise', () =>
    expect(
      record({
        category: ['food'],
        reactions: [{ manifestation: rash, severity: 'mild', onset: '2024-05-01' }],
      }).getUncommittedEvents(),
    ).toEqual([recorded]));

  it('is inactive when it was refuted', () =>
    expect(record({ verificationStatus: 'refuted' }).getUncommittedEvents()).toMatchObject([
      { data: { clinicalStatus: 'inactive' } },
    ]));

  it('is effective from when it was first recorded when its onset is not known', () =>
    expect(record({ recordedDate: '2019-04-03T10:00:00+02:00' }).getUncommittedEvents()).toMatchObject([
      { data: { effectiveAt: '2019-04-03T08:00:00.000Z' } },
    ]));

  it.each<[string, Partial<NewAllergy>]>([
    ['effective-in-future', { recordedDate: '2026-03-04' }],
    ['effective-in-future', { onset: '2026-03-04' }],
    ['effective-in-future', { reactions: [{ manifestation: rash, onset: '2026-03-04' }] }],
    ['invalid-code', { code: { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: 'penicillin' } }],
    ['invalid-code', { reactions: [{ manifestation: { system: 'http://snomed.info/sct', code: '1' } }] }],
  ])('refuses with %s: %j', (refused, details) => expect(() => record(details)).toThrow(refusal(refused)));
});

describe('marking an allergy as entered in error', () => {
  it('is possible', () =>
    given(recorded)
      .when((a) => a.markEnteredInError('wrong patient'))
      .then(inError));

  it('is final', () =>
    given(recorded, inError)
      .when((a) => a.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
