import { scenariosOf } from '../../event-sourcing/testing/given.js';
import { type Observation, ObservationsEnteredInError, ObservationsRecorded } from '../events/observation-events.js';
import { type NewObservationSet, ObservationSet } from './observation-set.js';

const given = scenariosOf(ObservationSet);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const effectiveAt = '2026-03-01T11:40:00.000Z';
const loinc = (code: string) => ({ system: 'http://loinc.org', code });
const mmHg = (value: number) => ({ quantity: { value, unit: 'mmHg', code: 'mm[Hg]' } });

const bloodPressure: Observation = {
  code: loinc('85354-9'),
  components: [
    { code: loinc('8480-6'), value: mmHg(128), interpretation: 'N', referenceRange: { low: 90, high: 140 } },
    { code: loinc('8462-4'), value: mmHg(82) },
  ],
};
const weight: Observation = { code: loinc('29463-7'), value: { quantity: { value: 72.5, code: 'kg' } } };
const smoking: Observation = {
  code: loinc('72166-2'),
  value: { code: { system: 'http://snomed.info/sct', code: '266919005' } },
  category: 'social-history',
};

const record = (observations: Observation[], rest: Partial<NewObservationSet> = {}) =>
  ObservationSet.record('o1', patientId, { effectiveAt, observations, ...rest }, now);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('recording observations', () => {
  it('keeps a panel together, with values of several kinds', () => {
    const [event] = record([bloodPressure, weight, smoking]).getUncommittedEvents() as ObservationsRecorded[];
    expect(event!.data).toMatchObject({
      patientId,
      effectiveAt,
      status: 'final',
      observations: [
        { ...bloodPressure, category: 'vital-signs' },
        { code: weight.code, value: { quantity: { value: 72.5, unit: 'kg', code: 'kg' } }, category: 'vital-signs' },
        smoking,
      ],
    });
  });

  it('gives the category of the panel to each observation that has none', () => {
    const [event] = record([weight, smoking], { category: 'exam' }).getUncommittedEvents() as ObservationsRecorded[];
    expect(event!.data.observations.map(({ category }) => category)).toEqual(['exam', 'social-history']);
  });

  it.each([{ string: 'cloudy' }, { boolean: false }, { integer: 0 }])('takes the value %j', (value) =>
    expect(record([{ code: loinc('2345-7'), value }]).getUncommittedEvents()).toMatchObject([
      { data: { observations: [{ value }] } },
    ]),
  );

  it.each<[string, Observation[]]>([
    ['no-observations', []],
    ['no-value', [{ code: loinc('8480-6') }]],
    ['no-value', [{ code: loinc('85354-9'), components: [{ code: loinc('8480-6') }] }]],
    ['one-value', [{ code: loinc('8480-6'), value: {} }]],
    ['one-value', [{ code: loinc('8480-6'), value: { integer: 1, string: 'one' } }]],
    ['invalid-code', [{ code: loinc('8480-7'), value: mmHg(128) }]],
    ['invalid-unit', [{ code: loinc('8480-6'), value: { quantity: { value: 128, code: 'mm Hg' } } }]],
    ['invalid-value', [{ code: loinc('8480-6'), value: { quantity: { value: NaN, code: 'mm[Hg]' } } }]],
    ['invalid-range', [{ code: loinc('8480-6'), value: mmHg(128), referenceRange: { low: 140, high: 90 } }]],
  ])('refuses with %s: %j', (refused, observations) => expect(() => record(observations)).toThrow(refusal(refused)));

  it('refuses what is still to be observed', () =>
    expect(() => record([weight], { effectiveAt: '2026-03-01T12:05:00.001Z' })).toThrow(
      refusal('effective-in-future'),
    ));
});

describe('marking a panel as entered in error', () => {
  const recorded = new ObservationsRecorded({
    patientId,
    effectiveAt,
    status: 'final',
    observations: [weight, bloodPressure],
  });
  const inError = new ObservationsEnteredInError({
    patientId,
    reason: 'wrong patient',
    places: ['0', '1', '1.0', '1.1'],
  });

  it('withdraws every value of it', () =>
    given(recorded)
      .when((o) => o.markEnteredInError('wrong patient'))
      .then(inError));

  it('is final', () =>
    given(recorded, inError)
      .when((o) => o.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
