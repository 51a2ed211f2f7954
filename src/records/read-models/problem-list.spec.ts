import { ConditionEnteredInError, ConditionRecorded, ConditionResolved } from '../events/condition-events.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { ProblemListProjection } from './problem-list.js';

const projection = new ProblemListProjection();
const code = { system: 'http://snomed.info/sct', code: '38341003' };
const fact = { patientId: 'p1', effectiveAt: '2019-04-03T00:00:00.000Z' };
const condition = (verificationStatus: 'confirmed' | 'refuted' = 'confirmed') =>
  recorded(new ConditionRecorded({ ...fact, code, clinicalStatus: 'active', verificationStatus }), 'c1');
const resolved = recorded(
  new ConditionResolved({ ...fact, effectiveAt: '2026-03-01T11:00:00.000Z', abatement: '2026-03-01T11:00:00.000Z' }),
  'c1',
  2,
);
const inError = recorded(new ConditionEnteredInError({ patientId: 'p1', reason: 'wrong patient' }), 'c1', 2);

describe('the problem list', () => {
  it('holds each condition as it is served', () =>
    expect(projection.fold([condition()], 'c1')).toEqual({
      id: 'c1',
      patientId: 'p1',
      inChart: true,
      effectiveAt: fact.effectiveAt,
      entry: {
        id: 'c1',
        patientId: 'p1',
        effectiveAt: fact.effectiveAt,
        recordedAt: '2026-03-01T12:00:01.000Z',
        recordedBy: 'dr-1',
        version: 1,
        code,
        clinicalStatus: 'active',
        verificationStatus: 'confirmed',
      },
    }));

  it('keeps what was resolved, as a problem of the past', () =>
    expect(projection.fold([condition(), resolved], 'c1')).toMatchObject({
      inChart: true,
      entry: { clinicalStatus: 'resolved', abatement: '2026-03-01T11:00:00.000Z', version: 2 },
    }));

  it('leaves what was refuted out of the chart', () =>
    expect(projection.fold([condition('refuted')], 'c1')).toMatchObject({ inChart: false }));

  it('leaves what was entered in error out of the chart, without a clinical status, and says why', () => {
    const row = projection.fold([condition(), inError], 'c1');
    expect(row).toMatchObject({
      inChart: false,
      entry: {
        verificationStatus: 'entered-in-error',
        enteredInError: { reason: 'wrong patient', at: '2026-03-01T12:00:02.000Z' },
        version: 2,
      },
    });
    expect(row?.entry.clinicalStatus).toBeUndefined();
  });
});
