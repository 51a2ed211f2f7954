import { AppointmentBooked } from '../../appointments/events/appointment-events.js';
import { BookedAppointment } from './booked-appointment.js';

const time = {
  start: '2026-03-01T09:00:00.000Z',
  end: '2026-03-01T09:30:00.000Z',
  timeZone: 'Europe/London',
  localStart: '2026-03-01T09:00:00+00:00',
  busyFrom: '2026-03-01T09:00:00.000Z',
  busyTo: '2026-03-01T09:30:00.000Z',
};
const booked = new AppointmentBooked({
  patientId: 'p1',
  serviceTypeId: 's1',
  serviceTypeName: 'Consultation',
  resources: [],
  time,
  cancellationCutoffMinutes: 0,
  at: '2026-02-01T09:00:00.000Z',
});
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('the appointment of an encounter', () => {
  const appointment = new BookedAppointment('a1');

  it('is booked, not merely held', () =>
    expect(() => appointment.mustBeOf('p1')).toThrow(refusal('appointment-not-found')));

  it('is of the same patient', () => {
    appointment.replay(booked);
    expect(() => appointment.mustBeOf('p1')).not.toThrow();
    expect(() => appointment.mustBeOf('p2')).toThrow(refusal('appointment-of-another-patient'));
  });
});
