import {
  MedicationHeld,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  MedicationStopped,
  type PrescribedStatus,
} from '../events/medication-events.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { MedicationListProjection } from './medication-list.js';

const projection = new MedicationListProjection();
const code = { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '313782' };
const fact = { patientId: 'p1', effectiveAt: '2026-02-01T09:00:00.000Z' };
const prescribed = (status: PrescribedStatus = 'active') =>
  recorded(new MedicationPrescribed({ ...fact, code, status }), 'm1');
const held = recorded(new MedicationHeld({ ...fact, reason: 'surgery' }), 'm1', 2);
const stopped = recorded(
  new MedicationStopped({ ...fact, effectiveAt: '2026-03-01T09:00:00.000Z', reason: 'healed' }),
  'm1',
  2,
);
const inError = recorded(new MedicationOrderEnteredInError({ patientId: 'p1', reason: 'wrong patient' }), 'm1', 2);

describe('the medication list', () => {
  it.each<[PrescribedStatus, boolean]>([
    ['draft', true],
    ['active', true],
    ['on-hold', true],
    ['completed', false],
    ['stopped', false],
    ['cancelled', false],
  ])('shows an order that is %s in the chart: %s', (status, inChart) =>
    expect(projection.fold([prescribed(status)], 'm1')).toMatchObject({ inChart, entry: { status } }),
  );

  it('says why an order is on hold', () =>
    expect(projection.fold([prescribed(), held], 'm1')).toMatchObject({
      inChart: true,
      entry: { status: 'on-hold', statusReason: 'surgery', version: 2 },
    }));

  it('says why and since when an order is stopped', () =>
    expect(projection.fold([prescribed(), stopped], 'm1')).toMatchObject({
      inChart: false,
      entry: { status: 'stopped', statusReason: 'healed', stoppedAt: '2026-03-01T09:00:00.000Z' },
    }));

  it('keeps what was entered in error', () =>
    expect(projection.fold([prescribed(), inError], 'm1')).toMatchObject({
      inChart: false,
      entry: { status: 'entered-in-error', enteredInError: { reason: 'wrong patient' } },
    }));
});
