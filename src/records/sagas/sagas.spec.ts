import { firstValueFrom, type Observable, of, toArray } from 'rxjs';
import { PatientCheckedIn } from '../../appointments/events/appointment-events.js';
import type { DomainEvent } from '../../event-sourcing/index.js';
import { PatientDeathReverted, PatientDeceased } from '../../patients/events/patient-death.js';
import { PatientMarkedEnteredInError } from '../../patients/events/patient-marked-entered-in-error.js';
import { HoldMedicationsOfPatient } from '../commands/hold-medications-of-patient.js';
import { StartEncounterOfAppointment } from '../commands/start-encounter-of-appointment.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { HoldMedicationsOfLostPatient } from './hold-medications-of-lost-patient.js';
import { StartEncounterAtCheckIn } from './start-encounter-at-check-in.js';

type Saga = (events$: Observable<DomainEvent>) => Observable<object>;
const answers = (saga: Saga, ...events: DomainEvent[]) => firstValueFrom(saga(of(...events)).pipe(toArray()));
const died = recorded(new PatientDeceased({ deceasedAt: '2026-03-01T08:00:00.000Z' }), 'p1');

describe('sagas of the records', () => {
  it('start the encounter of whoever checks in', async () => {
    const at = '2026-03-01T08:55:00.000Z';
    const checkedIn = new PatientCheckedIn({
      appointmentId: 'a1',
      patientId: 'p1',
      resourceIds: ['r1'],
      practitionerId: 'r1',
      serviceTypeId: 's1',
      at,
    });
    expect(
      await answers(new StartEncounterAtCheckIn().startEncounterAtCheckIn, recorded(checkedIn, 'a1'), died),
    ).toEqual([new StartEncounterOfAppointment('a1', 'p1', at, 'r1')]);
  });

  it('hold the medications of who has died or should never have been registered, and of nobody else', async () => {
    const saga = new HoldMedicationsOfLostPatient().holdMedicationsOfLostPatient;
    const inError = recorded(new PatientMarkedEnteredInError({ reason: 'duplicate' }), 'p2');
    const reverted = recorded(new PatientDeathReverted({ reason: 'wrong patient' }), 'p3');
    expect(await answers(saga, died, inError, reverted)).toEqual([
      new HoldMedicationsOfPatient('p1', 'The patient has died.'),
      new HoldMedicationsOfPatient('p2', 'The patient was entered in error.'),
    ]);
  });
});
