import { Injectable } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import { PatientCheckedIn } from '../../appointments/events/appointment-events.js';
import type { DomainEvent } from '../../event-sourcing/index.js';
import { StartEncounterOfAppointment } from '../commands/start-encounter-of-appointment.js';

/** Whoever checks in is about to be seen: the encounter of the appointment starts. */
@Injectable()
export class StartEncounterAtCheckIn {
  @Saga()
  startEncounterAtCheckIn = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(PatientCheckedIn),
      map(
        ({ data }) => new StartEncounterOfAppointment(data.appointmentId, data.patientId, data.at, data.practitionerId),
      ),
    );
}
