import type { ConditionDocument } from '../read-models/problem-list.js';
import { chartActionsOf, type Documents, viewOf } from './allowed-actions.js';

const shared = {
  id: 'x',
  patientId: 'p1',
  effectiveAt: '2026-03-01T11:30:00.000Z',
  recordedAt: '2026-03-01T11:30:00.000Z',
  recordedBy: 'dr-1',
  version: 1,
};
const code = { system: 'http://snomed.info/sct', code: '38341003' };
const condition: ConditionDocument = { ...shared, code, clinicalStatus: 'active', verificationStatus: 'confirmed' };
const order: Documents['medication-order'] = { ...shared, code, status: 'on-hold', authoredOn: shared.effectiveAt };
const encounter: Documents['encounter'] = { ...shared, class: 'AMB', start: shared.effectiveAt, status: 'in-progress' };

describe('allowed actions', () => {
  it('follow the status', () => {
    expect(viewOf('condition', condition, 'practitioner').allowedActions).toEqual(['resolve', 'mark-entered-in-error']);
    expect(viewOf('condition', { ...condition, clinicalStatus: 'resolved' }, 'admin').allowedActions).toEqual([
      'mark-entered-in-error',
    ]);
    expect(viewOf('medication-order', order, 'practitioner').allowedActions).toContain('stop');
    expect(viewOf('medication-order', { ...order, status: 'stopped' }, 'practitioner').allowedActions).not.toContain(
      'stop',
    );
    expect(viewOf('encounter', encounter, 'practitioner').allowedActions).toContain('finish');
    expect(viewOf('encounter', { ...encounter, status: 'finished' }, 'practitioner').allowedActions).not.toContain(
      'finish',
    );
  });

  it('are none on what was entered in error', () =>
    expect(
      viewOf('encounter', { ...encounter, enteredInError: { reason: 'x', at: shared.recordedAt } }, 'admin')
        .allowedActions,
    ).toEqual([]));

  it('are none for a patient', () => {
    expect(viewOf('condition', condition, 'patient').allowedActions).toEqual([]);
    expect(chartActionsOf({ enteredInError: false }, 'patient')).toEqual([]);
  });

  it('add nothing to the chart of a patient entered in error', () => {
    expect(chartActionsOf({ enteredInError: true }, 'practitioner')).toEqual([]);
    expect(chartActionsOf({ enteredInError: false }, 'practitioner')).toContain('record-condition');
  });
});
