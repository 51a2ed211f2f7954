import { Injectable } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { map, merge, type Observable } from 'rxjs';
import type { DomainEvent } from '../../event-sourcing/index.js';
import { PatientDeceased } from '../../patients/events/patient-death.js';
import { PatientMarkedEnteredInError } from '../../patients/events/patient-marked-entered-in-error.js';
import { CancelAppointmentsOfPatient } from '../commands/cancel-appointments-of-patient.js';

/** Nobody waits for a patient who has died, or who never was. */
@Injectable()
export class CancelAppointmentsOfDeceased {
  @Saga()
  cancelAppointments = (events$: Observable<DomainEvent>) =>
    merge(
      events$.pipe(
        ofType(PatientDeceased),
        map(({ recorded }) => new CancelAppointmentsOfPatient(recorded.streamId, 'pat-dec')),
      ),
      events$.pipe(
        ofType(PatientMarkedEnteredInError),
        map(({ recorded }) => new CancelAppointmentsOfPatient(recorded.streamId, 'oth-err')),
      ),
    );
}
