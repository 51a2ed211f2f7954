import { Appointment } from '../../src/appointments/domain/appointment.js';
import { Schedule } from '../../src/appointments/domain/schedule.js';
import { ServiceType } from '../../src/appointments/domain/service-type.js';
import type { BookedTime, Booking } from '../../src/appointments/events/booking.js';
import { ids, life, now } from './life.js';

const timeAt = (hour: string): BookedTime => ({
  start: `2026-03-02T${hour}:00:00.000Z`,
  end: `2026-03-02T${hour}:30:00.000Z`,
  timeZone: 'Europe/London',
  localStart: `2026-03-02T${hour}:00:00+00:00`,
  busyFrom: `2026-03-02T${hour}:00:00.000Z`,
  busyTo: `2026-03-02T${hour}:40:00.000Z`,
});
const practitioner = { id: ids.practitioner, type: 'practitioner', name: 'Dr Amara Okafor' } as const;
const room = { id: ids.room, type: 'room', name: 'Room 4' } as const;
const booking: Booking = {
  patientId: ids.patient,
  serviceTypeId: ids.serviceType,
  serviceTypeName: 'Consultation',
  resources: [practitioner, room],
  time: timeAt('09'),
  cancellationCutoffMinutes: 1440,
};
const TTL_SECONDS = 300;
const held = () => Appointment.hold(ids.appointment, booking, TTL_SECONDS, now);
const booked = () => Appointment.book(ids.appointment, booking, now);

export const livesOfAppointments = [
  life(
    'a schedule with new hours',
    Schedule.define(
      ids.practitioner,
      {
        resource: { type: 'practitioner', name: practitioner.name },
        timeZone: 'Europe/London',
        weeklyHours: [{ day: 'monday', from: '09:00', to: '17:00' }],
      },
      now,
    ),
    (schedule) => schedule.setWeeklyHours([{ day: 'tuesday', from: '08:00', to: '24:00' }], now),
  ),
  life(
    'a service type',
    ServiceType.define(
      ids.serviceType,
      {
        name: 'Consultation',
        durationMinutes: 30,
        bufferAfterMinutes: 10,
        minimumNoticeMinutes: 60,
        horizonDays: 90,
        cancellationCutoffMinutes: 1440,
        patientOverlap: 'refuse',
        bookableByPatient: true,
      },
      now,
    ),
  ),
  life('a hold that was given back', held(), (hold) => hold.releaseHold('2026-03-01T12:01:00.000Z')),
  life('a hold whose time was up', held(), (hold) => hold.expireHold('2026-03-01T12:05:00.000Z')),
  life(
    'an appointment from a hold, moved and fulfilled',
    held(),
    (appointment) => appointment.bookHeld('2026-03-01T12:04:00.000Z'),
    (appointment) => appointment.reschedule(timeAt('10'), [practitioner, room], '2026-03-01T13:00:00.000Z'),
    (appointment) => appointment.checkIn('2026-03-02T09:55:00.000Z'),
    (appointment) => appointment.fulfil('2026-03-02T10:31:00.000Z', ids.encounter),
  ),
  life('an appointment that was cancelled', booked(), (appointment) => appointment.cancel('pat', 'patient', now)),
  life('an appointment that was missed', booked(), (appointment) => appointment.markNoShow('2026-03-02T09:30:00.000Z')),
  life('an appointment of the past', Appointment.book(ids.appointment, booking, now, true)),
];
