import { Injectable } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import type { DomainEvent } from '../../event-sourcing/index.js';
import { PatientDeceased } from '../../patients/events/patient-death.js';
import { PatientMarkedEnteredInError } from '../../patients/events/patient-marked-entered-in-error.js';
import { HoldMedicationsOfPatient } from '../commands/hold-medications-of-patient.js';

/** Nothing more is given to a patient who has died, or who should never have been registered. */
@Injectable()
export class HoldMedicationsOfLostPatient {
  @Saga()
  holdMedicationsOfLostPatient = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(PatientDeceased, PatientMarkedEnteredInError),
      map(
        (event) =>
          new HoldMedicationsOfPatient(
            event.recorded.streamId,
            event instanceof PatientDeceased ? 'The patient has died.' : 'The patient was entered in error.',
          ),
      ),
    );
}
