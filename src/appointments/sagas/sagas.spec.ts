import { firstValueFrom, type Observable, of, toArray } from 'rxjs';
import { at, CancelTimer, type DomainEvent } from '../../event-sourcing/index.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { PatientDeathReverted, PatientDeceased } from '../../patients/events/patient-death.js';
import { PatientMarkedEnteredInError } from '../../patients/events/patient-marked-entered-in-error.js';
import { EncounterFinished } from '../../records/events/encounter-events.js';
import { CancelAppointmentsOfPatient } from '../commands/cancel-appointments-of-patient.js';
import { ExpireHold } from '../commands/expire-hold.js';
import { FulfilAppointmentOfEncounter } from '../commands/fulfil-appointment-of-encounter.js';
import { AppointmentBooked } from '../events/appointment-events.js';
import type { Booking } from '../events/booking.js';
import { HoldExpired, HoldReleased, SlotHeld } from '../events/hold-events.js';
import { CancelAppointmentsOfDeceased } from './cancel-appointments-of-deceased.js';
import { ExpireHolds } from './expire-holds.js';
import { FulfilAppointmentsOfFinishedEncounters } from './fulfil-appointments-of-finished-encounters.js';

type Saga = (events$: Observable<DomainEvent>) => Observable<object>;
const answers = (saga: Saga, ...events: DomainEvent[]) => firstValueFrom(saga(of(...events)).pipe(toArray()));

const now = '2026-03-01T10:00:00.000Z';
const booking: Booking = {
  patientId: 'p1',
  serviceTypeId: 's1',
  serviceTypeName: 'Consultation',
  resources: [],
  time: { start: now, end: now, timeZone: 'UTC', localStart: now, busyFrom: now, busyTo: now },
  cancellationCutoffMinutes: 0,
};
const ended = { patientId: 'p1', resourceIds: [], at: now };

describe('sagas of appointments', () => {
  it('end a hold when its time is up, unless it was booked or given back', async () => {
    const expiresAt = '2026-03-01T10:05:00.000Z';
    const saga = new ExpireHolds().expireHolds;
    expect(
      await answers(
        saga,
        recorded(new SlotHeld({ ...booking, expiresAt, at: now }), 'h1'),
        recorded(new AppointmentBooked({ ...booking, fromHold: true, at: now }), 'h1'),
        recorded(new HoldReleased(ended), 'h2'),
      ),
    ).toEqual([at(expiresAt, new ExpireHold('h1'), 'hold/h1'), new CancelTimer('hold/h1'), new CancelTimer('hold/h2')]);
    expect(
      await answers(
        saga,
        recorded(new AppointmentBooked({ ...booking, at: now }), 'a1'),
        recorded(new HoldExpired(ended), 'h3'),
      ),
    ).toEqual([]);
  });

  it('fulfil the appointment of a finished encounter, where it has one', async () => {
    const finished = { patientId: 'p1', end: now };
    expect(
      await answers(
        new FulfilAppointmentsOfFinishedEncounters().fulfilAppointments,
        recorded(new EncounterFinished({ ...finished, appointmentId: 'a1' }), 'e1'),
        recorded(new EncounterFinished(finished), 'e2'),
      ),
    ).toEqual([new FulfilAppointmentOfEncounter('a1', 'p1', 'e1', now)]);
  });

  it('cancel the appointments of who has died or was entered in error, for that reason', async () => {
    expect(
      await answers(
        new CancelAppointmentsOfDeceased().cancelAppointments,
        recorded(new PatientDeceased({ deceasedAt: now }), 'p1'),
        recorded(new PatientMarkedEnteredInError({ reason: 'Registered twice.' }), 'p2'),
        recorded(new PatientDeathReverted({ reason: 'Alive.' }), 'p3'),
      ),
    ).toEqual([new CancelAppointmentsOfPatient('p1', 'pat-dec'), new CancelAppointmentsOfPatient('p2', 'oth-err')]);
  });
});
