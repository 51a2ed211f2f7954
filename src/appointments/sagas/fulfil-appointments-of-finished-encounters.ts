import { Injectable } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { mergeMap, type Observable } from 'rxjs';
import type { DomainEvent } from '../../event-sourcing/index.js';
import { EncounterFinished } from '../../records/events/encounter-events.js';
import { FulfilAppointmentOfEncounter } from '../commands/fulfil-appointment-of-encounter.js';

/** When the encounter of an appointment is over, the appointment has taken place. */
@Injectable()
export class FulfilAppointmentsOfFinishedEncounters {
  @Saga()
  fulfilAppointments = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(EncounterFinished),
      mergeMap(({ data: { appointmentId, patientId, end }, recorded }) =>
        appointmentId ? [new FulfilAppointmentOfEncounter(appointmentId, patientId, recorded.streamId, end)] : [],
      ),
    );
}
