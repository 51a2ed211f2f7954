import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, notFound, refused, Streams } from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { BookedAppointment } from '../domain/booked-appointment.js';
import { Encounter } from '../domain/encounter.js';
import type { EncounterDetails } from '../events/encounter-events.js';

/** Starts seeing a patient. The encounter of an appointment has the id `encounterIdOf(appointmentId)`, and is started once. */
export class StartEncounter extends Command<{ id: string }> {
  constructor(
    readonly encounterId: string,
    readonly patientId: string,
    readonly details: EncounterDetails,
  ) {
    super();
  }
}

@CommandHandler(StartEncounter)
export class StartEncounterHandler implements ICommandHandler<StartEncounter> {
  constructor(
    @InjectAggregates(Encounter) private readonly encounters: Aggregates<Encounter>,
    private readonly streams: Streams,
    private readonly clock: Clock,
  ) {}

  async execute({ encounterId, patientId, details }: StartEncounter) {
    const { appointmentId } = details;
    const [existing, patient, appointment] =
      appointmentId === undefined
        ? ([...(await this.streams.find([Encounter, encounterId], [PatientStanding, patientId])), undefined] as const)
        : await this.streams.find(
            [Encounter, encounterId],
            [PatientStanding, patientId],
            [BookedAppointment, appointmentId],
          );

    if (!patient) throw notFound('patient');
    if (existing) throw refused('encounter-already-started', 'This encounter is started already.', { encounterId });
    patient.mustAcceptEntries();
    if (appointmentId !== undefined) {
      if (!appointment) throw notFound('appointment');
      appointment.mustBeOf(patientId);
    }
    this.encounters.save(Encounter.start(encounterId, patientId, details, this.clock.now()));
    return { id: encounterId };
  }
}
