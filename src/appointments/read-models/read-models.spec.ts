import type { DomainEvent } from '../../event-sourcing/index.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { EncounterEnteredInError, EncounterStarted } from '../../records/events/encounter-events.js';
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
import { AgendaProjection } from './agenda.js';
import { AppointmentSummaryProjection } from './appointment-summary.js';

const at = '2026-03-01T10:00:00.000Z';
const time = (start: string, end: string): BookedTime => ({
  start,
  end,
  timeZone: 'UTC',
  localStart: `${start.slice(0, 19)}+00:00`,
  busyFrom: start,
  busyTo: end,
});
const nine = time('2026-03-02T09:00:00.000Z', '2026-03-02T09:30:00.000Z');
const ten = time('2026-03-02T10:00:00.000Z', '2026-03-02T10:30:00.000Z');
const doctor = { id: 'doctor', type: 'practitioner', name: 'Dr Amara Okafor' } as const;
const room = { id: 'room', type: 'room', name: 'Room 4' } as const;
const booking: Booking = {
  patientId: 'patient',
  serviceTypeId: 'service',
  serviceTypeName: 'Consultation',
  resources: [doctor, room],
  time: nine,
  cancellationCutoffMinutes: 0,
};
const ended = { patientId: 'patient', resourceIds: ['doctor', 'room'], at };
const held = new SlotHeld({ ...booking, expiresAt: '2026-03-01T10:05:00.000Z', at });
const booked = new AppointmentBooked({ ...booking, at });
const checkedIn = new PatientCheckedIn({ ...ended, appointmentId: 'a', serviceTypeId: 'service' });
const moved = new AppointmentRescheduled({
  patientId: 'patient',
  serviceTypeName: 'Consultation',
  resources: [doctor, { ...room, id: 'other-room' }],
  time: ten,
  previous: { resourceIds: ['doctor', 'room'], time: nine },
  at,
});

const log = (...events: DomainEvent[]) => events.map((event, i) => recorded(event, 'a', i + 1));

describe('the agenda', () => {
  const projection = new AgendaProjection();
  const agendaOf = (resourceId: string, ...events: DomainEvent[]) => {
    const key = `${resourceId}/a`;
    return projection.fold(
      log(...events).filter((event) => projection.keysOf(event).includes(key)),
      key,
    );
  };

  it('has a row of each resource for a hold, until it is booked or ends', () => {
    const row = { key: 'room/a', resourceId: 'room', appointmentId: 'a', patientId: 'patient', taken: true };
    expect(agendaOf('room', held)).toMatchObject({ ...row, status: 'pending', expiresAt: '2026-03-01T10:05:00.000Z' });
    expect(agendaOf('room', held, booked)).toMatchObject({ ...row, status: 'booked', expiresAt: null });
    expect(agendaOf('room', held, new HoldReleased(ended))).toBeUndefined();
    expect(agendaOf('room', held, new HoldExpired(ended))).toBeUndefined();
  });

  it('follows the appointment', () => {
    expect(agendaOf('doctor', booked, checkedIn)).toMatchObject({ status: 'checked-in', taken: true });
    expect(agendaOf('doctor', booked, checkedIn, new AppointmentFulfilled(ended))).toMatchObject({
      status: 'fulfilled',
      taken: true,
    });
    expect(agendaOf('doctor', booked, new AppointmentMissed(ended))).toMatchObject({ status: 'noshow', taken: false });
    expect(
      agendaOf('doctor', booked, new AppointmentCancelled({ ...ended, reason: 'pat', by: 'patient' })),
    ).toBeUndefined();
  });

  it('moves with it, out of one agenda and into another', () => {
    expect(agendaOf('doctor', booked, moved)).toMatchObject({ startsAt: ten.start, busyTo: ten.busyTo });
    expect(agendaOf('room', booked, moved)).toBeUndefined();
    expect(agendaOf('other-room', booked, moved)).toMatchObject({ resourceId: 'other-room', startsAt: ten.start });
  });
});

describe('the summary of an appointment', () => {
  const projection = new AppointmentSummaryProjection();
  const summaryOf = (...events: DomainEvent[]) =>
    projection.fold(
      events.filter((event) => projection.keysOf(event).includes('a')),
      'a',
    );

  it('counts the versions of its own stream', () => {
    expect(summaryOf(...log(held, booked, moved, checkedIn))).toMatchObject({
      id: 'a',
      version: 4,
      status: 'checked-in',
      startsAt: ten.start,
      holdExpiresAt: '2026-03-01T10:05:00.000Z',
      holdEnded: null,
      bookedAt: at,
      checkedInAt: at,
    });
  });

  it('tells how a hold ended that came to nothing', () => {
    expect(summaryOf(...log(held, new HoldExpired(ended)))).toMatchObject({
      status: 'cancelled',
      holdEnded: 'expired',
    });
    expect(summaryOf(...log(held, new HoldReleased(ended)))).toMatchObject({
      status: 'cancelled',
      holdEnded: 'released',
    });
  });

  it('knows its encounter, of the same patient and while it is not in error', () => {
    const started = (patientId: string) =>
      recorded(new EncounterStarted({ patientId, class: 'AMB', start: at, appointmentId: 'a' }), 'encounter');
    const mistaken = recorded(
      new EncounterEnteredInError({ patientId: 'patient', reason: 'Wrong door.', appointmentId: 'a' }),
      'encounter',
    );
    expect(summaryOf(...log(booked, checkedIn), started('patient'))).toMatchObject({
      version: 2,
      encounterId: 'encounter',
    });
    expect(summaryOf(...log(booked, checkedIn), started('somebody else'))).toMatchObject({ encounterId: null });
    expect(summaryOf(...log(booked, checkedIn), started('patient'), mistaken)).toMatchObject({ encounterId: null });
  });

  it('passes over encounters without an appointment, and of appointments it does not know', () => {
    const walkIn = recorded(new EncounterStarted({ patientId: 'patient', class: 'AMB', start: at }), 'encounter');
    expect(projection.keysOf(walkIn)).toEqual([]);
    const lost = recorded(
      new EncounterStarted({ patientId: 'patient', class: 'AMB', start: at, appointmentId: 'a' }),
      'encounter',
    );
    expect(summaryOf(lost)).toBeUndefined();
  });
});
