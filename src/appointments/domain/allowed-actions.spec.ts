import { APPOINTMENT_STATUSES } from './appointment-status.js';
import { allowedActions } from './allowed-actions.js';

const now = '2026-03-01T10:00:00.000Z';
const seen = { startsAt: '2026-03-02T10:00:00.000Z', holdExpiresAt: null, cancellationCutoffMinutes: 60 };

describe('the actions allowed on an appointment', () => {
  it('follow its status', () => {
    const actions = APPOINTMENT_STATUSES.map((status) => allowedActions({ ...seen, status }, 'receptionist', now));
    expect(actions).toEqual([
      ['book', 'release'],
      ['reschedule', 'cancel', 'check-in', 'mark-no-show'],
      ['fulfil', 'cancel'],
      [],
      [],
      [],
    ]);
  });

  it('are fewer for the patient, and end with the cut-off', () => {
    expect(allowedActions({ ...seen, status: 'booked' }, 'patient', now)).toEqual(['reschedule', 'cancel']);
    expect(allowedActions({ ...seen, status: 'booked' }, 'patient', '2026-03-02T09:30:00.000Z')).toEqual([]);
    expect(allowedActions({ ...seen, status: 'checked-in' }, 'patient', now)).toEqual([]);
  });

  it('are none for a hold that has expired', () =>
    expect(allowedActions({ ...seen, status: 'pending', holdExpiresAt: now }, 'receptionist', now)).toEqual([]));
});
