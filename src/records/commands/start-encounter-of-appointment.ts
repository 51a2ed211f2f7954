import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type Aggregates,
  Clock,
  InjectAggregates,
  type Instant,
  notFound,
  Streams,
} from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { Encounter, encounterIdOf } from '../domain/encounter.js';

/** Sent at check-in. Whoever started the encounter before has said more about it, so then there is nothing to do. */
export class StartEncounterOfAppointment extends Command<void> {
  constructor(
    readonly appointmentId: string,
    readonly patientId: string,
    readonly start: Instant,
    readonly practitionerId?: string,
  ) {
    super();
  }
}

@CommandHandler(StartEncounterOfAppointment)
export class StartEncounterOfAppointmentHandler implements ICommandHandler<StartEncounterOfAppointment> {
  constructor(
    @InjectAggregates(Encounter) private readonly encounters: Aggregates<Encounter>,
    private readonly streams: Streams,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, patientId, start, practitionerId }: StartEncounterOfAppointment) {
    const encounterId = encounterIdOf(appointmentId);
    const [existing, patient] = await this.streams.find([Encounter, encounterId], [PatientStanding, patientId]);
    if (existing) return;
    if (!patient) throw notFound('patient');

    patient.mustAcceptEntries();
    const details = { class: 'AMB', start, practitionerId, appointmentId } as const;
    this.encounters.save(Encounter.start(encounterId, patientId, details, this.clock.now()));
  }
}
