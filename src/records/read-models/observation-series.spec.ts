import { ObservationsEnteredInError, ObservationsRecorded } from '../events/observation-events.js';
import { foldRows } from '../queries/fold-rows.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { ObservationSeriesProjection } from './observation-series.js';

const projection = new ObservationSeriesProjection();
const loinc = (code: string) => ({ system: 'http://loinc.org', code });
const panel = recorded(
  new ObservationsRecorded({
    patientId: 'p1',
    effectiveAt: '2026-03-01T11:40:00.000Z',
    status: 'final',
    observations: [
      { code: loinc('29463-7'), value: { quantity: { value: 72.5, unit: 'kg', code: 'kg' } } },
      {
        code: loinc('85354-9'),
        category: 'vital-signs',
        components: [
          { code: loinc('8480-6'), value: { quantity: { value: 128, unit: 'mmHg', code: 'mm[Hg]' } } },
          { code: loinc('8462-4'), value: { quantity: { value: 82, unit: 'mmHg', code: 'mm[Hg]' } } },
        ],
      },
      { code: loinc('72166-2'), value: { string: 'never smoked' } },
      { code: loinc('9269-2'), value: { integer: 15 } },
    ],
  }),
  'o1',
);
const inError = recorded(
  new ObservationsEnteredInError({
    patientId: 'p1',
    reason: 'wrong patient',
    places: ['0', '1', '1.0', '1.1', '2', '3'],
  }),
  'o1',
  2,
);

describe('the series of observations', () => {
  it('has a row for each value, also of components, and none for what has no value', () =>
    expect(foldRows(projection, [panel]).map(({ id, code, value, unit }) => [id, code, value, unit])).toEqual([
      ['o1/0', '29463-7', 72.5, 'kg'],
      ['o1/1.0', '8480-6', 128, 'mmHg'],
      ['o1/1.1', '8462-4', 82, 'mmHg'],
      ['o1/2', '72166-2', null, null],
      ['o1/3', '9269-2', 15, null],
    ]));

  it('gives a component the category of its observation', () =>
    expect(foldRows(projection, [panel]).map(({ category }) => category)).toEqual([
      null,
      'vital-signs',
      'vital-signs',
      null,
      null,
    ]));

  it('loses every value of a panel that was entered in error', () =>
    expect(foldRows(projection, [panel, inError])).toEqual([]));
});
