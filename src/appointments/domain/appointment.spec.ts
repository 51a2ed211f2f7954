import { scenariosOf } from '../../event-sourcing/testing/given.js';
import type { DomainEvent } from '../../event-sourcing/index.js';
import {
  AppointmentBooked,
  AppointmentCancelled,
  AppointmentFulfilled,
  AppointmentMissed,
  AppointmentRescheduled,
  PatientCheckedIn,
} from '../events/appointment-events.js';
import type { BookedTime, Booking } from '../events/booking.js';
import { HoldExpired, HoldReleased, SlotHeld } from '../events/hold-events.js';
import { Appointment } from './appointment.js';
import type { AppointmentStatus } from './appointment-status.js';

const id = '018f0000-0000-7000-8000-000000000001';
const given = scenariosOf(Appointment, id);
const now = '2026-03-01T10:00:00.000Z';
const at = (start: string, end: string): BookedTime => ({
  start,
  end,
  timeZone: 'Europe/London',
  localStart: `${start.slice(0, 19)}+00:00`,
  busyFrom: start,
  busyTo: end,
});
const nine = at('2026-03-02T09:00:00.000Z', '2026-03-02T09:30:00.000Z');
const ten = at('2026-03-02T10:00:00.000Z', '2026-03-02T10:30:00.000Z');
const doctor = { id: 'doctor', type: 'practitioner', name: 'Dr Amara Okafor' } as const;
const room = { id: 'room', type: 'room', name: 'Room 4' } as const;
const booking: Booking = {
  patientId: 'patient',
  serviceTypeId: 'service',
  serviceTypeName: 'Consultation',
  resources: [room, doctor],
  time: nine,
  cancellationCutoffMinutes: 60,
};
const ended = { patientId: 'patient', resourceIds: ['room', 'doctor'], at: now };

const held = new SlotHeld({ ...booking, expiresAt: '2026-03-01T10:05:00.000Z', at: now });
const booked = new AppointmentBooked({ ...booking, at: now });
const cancelled = new AppointmentCancelled({ ...ended, reason: 'pat', by: 'patient' });
const checkedIn = new PatientCheckedIn({
  appointmentId: id,
  patientId: 'patient',
  resourceIds: ['room', 'doctor'],
  practitionerId: 'doctor',
  serviceTypeId: 'service',
  at: now,
});
const missed = new AppointmentMissed(ended);
const fulfilled = new AppointmentFulfilled(ended);

const histories: Record<AppointmentStatus, DomainEvent[]> = {
  pending: [held],
  booked: [booked],
  'checked-in': [booked, checkedIn],
  fulfilled: [booked, checkedIn, fulfilled],
  cancelled: [booked, cancelled],
  noshow: [booked, missed],
};

interface Transition {
  readonly act: (appointment: Appointment) => void;
  /** Status before → status after: the documented transitions. */
  readonly from: Partial<Record<AppointmentStatus, AppointmentStatus>>;
  readonly refusal: string;
}

const transitions: Record<string, Transition> = {
  'book the hold': { act: (a) => a.bookHeld(now), from: { pending: 'booked' }, refusal: 'hold-not-pending' },
  'release the hold': { act: (a) => a.releaseHold(now), from: { pending: 'cancelled' }, refusal: 'hold-not-pending' },
  'expire the hold': { act: (a) => a.expireHold(now), from: { pending: 'cancelled' }, refusal: 'hold-not-pending' },
  reschedule: {
    act: (a) => a.reschedule(ten, [doctor], now),
    from: { booked: 'booked' },
    refusal: 'appointment-not-reschedulable',
  },
  cancel: {
    act: (a) => a.cancel('pat', 'patient', now),
    from: { booked: 'cancelled', 'checked-in': 'cancelled' },
    refusal: 'appointment-not-cancellable',
  },
  'check in': { act: (a) => a.checkIn(now), from: { booked: 'checked-in' }, refusal: 'appointment-not-booked' },
  'mark no-show': { act: (a) => a.markNoShow(now), from: { booked: 'noshow' }, refusal: 'appointment-not-booked' },
  fulfil: { act: (a) => a.fulfil(now), from: { 'checked-in': 'fulfilled' }, refusal: 'appointment-not-checked-in' },
};

describe.each(Object.entries(transitions))('to %s', (_name, { act, from, refusal }) => {
  for (const [status, history] of Object.entries(histories) as [AppointmentStatus, DomainEvent[]][]) {
    const next = from[status];
    if (next) {
      it(`leads from ${status} to ${next}`, () => {
        const { subject } = given(...history);
        act(subject);
        expect(subject.getUncommittedEvents()).toHaveLength(1);
        expect(subject.status).toBe(next);
      });
    } else {
      it(`is refused when it is ${status}`, () =>
        given(...history)
          .when(act)
          .thenRefuses(refusal));
    }
  }
});

describe('a hold', () => {
  it('keeps the time until it expires', () => {
    const appointment = Appointment.hold(id, booking, 300, now);
    expect(appointment.getUncommittedEvents()).toEqual([held]);
    expect(appointment.expiresAt).toBe('2026-03-01T10:05:00.000Z');
  });

  it('becomes the appointment that it was made for', () =>
    given(held)
      .when((a) => a.bookHeld(now))
      .then(new AppointmentBooked({ ...booking, fromHold: true, at: now })));

  it('cannot be booked from the moment it expires', () =>
    given(held)
      .when((a) => a.bookHeld('2026-03-01T10:05:00.000Z'))
      .thenRefuses('hold-expired'));

  it('tells how it ended', () => {
    given(held)
      .when((a) => a.releaseHold(now))
      .then(new HoldReleased(ended));
    given(held)
      .when((a) => a.expireHold(now))
      .then(new HoldExpired(ended));
  });
});

describe('an appointment', () => {
  it('is booked at once, without a hold', () =>
    expect(Appointment.book(id, booking, now).getUncommittedEvents()).toEqual([booked]));

  it('says so when it is history', () =>
    expect(Appointment.book(id, booking, now, true).getUncommittedEvents()).toEqual([
      new AppointmentBooked({ ...booking, asHistory: true, at: now }),
    ]));

  it('moves to another time and to other resources, and tells what it left', () =>
    given(booked)
      .when((a) => a.reschedule(ten, [doctor], now))
      .then(
        new AppointmentRescheduled({
          patientId: 'patient',
          serviceTypeName: 'Consultation',
          resources: [doctor],
          time: ten,
          previous: { resourceIds: ['room', 'doctor'], time: nine },
          at: now,
        }),
      ));

  it('is left by the patient who has checked in and would not wait', () =>
    given(booked, checkedIn)
      .when((a) => a.cancel('pat', 'patient', now))
      .then(cancelled));

  it('checks the patient in with the first practitioner booked', () =>
    given(booked)
      .when((a) => a.checkIn(now))
      .then(checkedIn));

  it('checks the patient in without a practitioner where none is booked', () =>
    given(new AppointmentBooked({ ...booking, resources: [room], at: now }))
      .when((a) => a.checkIn(now))
      .then(
        new PatientCheckedIn({
          appointmentId: id,
          patientId: 'patient',
          resourceIds: ['room'],
          serviceTypeId: 'service',
          at: now,
        }),
      ));

  it('names the encounter that fulfilled it', () =>
    given(booked, checkedIn)
      .when((a) => a.fulfil(now, 'encounter'))
      .then(new AppointmentFulfilled({ ...ended, encounterId: 'encounter' })));

  it('can be changed by the patient up to the cut-off, and not after', () => {
    given(booked)
      .when((a) => a.mustBeBeforeCutoff('2026-03-02T08:00:00.000Z'))
      .thenNothing();
    given(booked)
      .when((a) => a.mustBeBeforeCutoff('2026-03-02T08:00:00.001Z'))
      .thenRefuses('past-cutoff');
  });
});
