import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';

/** The encounter of an appointment is over. Does nothing unless the patient of just that appointment is checked in. */
export class FulfilAppointmentOfEncounter extends Command<void> {
  constructor(
    readonly appointmentId: string,
    readonly patientId: string,
    readonly encounterId: string,
    readonly effectiveAt: Instant,
  ) {
    super();
  }
}

@CommandHandler(FulfilAppointmentOfEncounter)
export class FulfilAppointmentOfEncounterHandler implements ICommandHandler<FulfilAppointmentOfEncounter> {
  constructor(@InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>) {}

  async execute({ appointmentId, patientId, encounterId, effectiveAt }: FulfilAppointmentOfEncounter) {
    const appointment = await this.appointments.find(appointmentId);
    if (appointment?.status !== 'checked-in' || appointment.booking.patientId !== patientId) return;
    appointment.fulfil(effectiveAt, encounterId);
    this.appointments.save(appointment);
  }
}
