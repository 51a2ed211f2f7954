import { Injectable } from '@nestjs/common';
import { type AggregateClass, notFound, refused, Streams } from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { EncounterStanding } from '../domain/encounter-standing.js';

/** What is asked before anything new goes into a chart. */
@Injectable()
export class Charts {
  constructor(private readonly streams: Streams) {}

  /**
   * One round trip: the patient is known and was rightly registered, the encounter (where there is one) is theirs and goes on,
   * and the entry is not there yet. As history it may be over: what was entered elsewhere while it went on is only brought here.
   * All of it still holds when the command commits, for both are guarded.
   * @throws DomainError `already-recorded`, so that whoever brings the same entry twice can tell.
   */
  async mustTake(
    entry: AggregateClass,
    id: string,
    patientId: string,
    encounterId?: string,
    asHistory = false,
  ): Promise<void> {
    const [existing, patient, encounter] =
      encounterId === undefined
        ? ([...(await this.streams.find([entry, id], [PatientStanding, patientId])), undefined] as const)
        : await this.streams.find([entry, id], [PatientStanding, patientId], [EncounterStanding, encounterId]);

    if (existing) throw refused('already-recorded', 'An entry with this id is recorded already.', { id });
    if (!patient) throw notFound('patient');
    patient.mustAcceptEntries();
    if (encounterId === undefined) return;
    if (!encounter) throw notFound('encounter');
    encounter.mustTakeEntriesOf(patientId, asHistory);
  }
}
