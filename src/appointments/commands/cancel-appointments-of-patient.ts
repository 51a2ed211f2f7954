import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, Streams } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';
import type { CancellationReason } from '../events/cancellation-reason.js';
import { ResourceAllocations } from './resource-allocations.js';

/**
 * Cancels what a patient has booked or held for a time to come. Nothing is missed: a booking commits only while the patient's
 * stream is where the booking saw it, so each was committed, with its allocations, before the event that this command answers,
 * or was refused because of it.
 */
export class CancelAppointmentsOfPatient extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly reason: CancellationReason,
  ) {
    super();
  }
}

@CommandHandler(CancelAppointmentsOfPatient)
export class CancelAppointmentsOfPatientHandler implements ICommandHandler<CancelAppointmentsOfPatient> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly streams: Streams,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, reason }: CancelAppointmentsOfPatient) {
    const now = this.clock.now();
    const times = await this.allocations.ofPatient(patientId, now, now);
    const ids = [...new Set(times.map(({ appointmentId }) => appointmentId))];
    const appointments = await this.streams.load(...ids.map((id) => [Appointment, id] as const));
    const open = appointments.filter(({ status }) => status === 'booked' || status === 'pending');
    if (open.length === 0) return;
    for (const appointment of open) {
      if (appointment.status === 'booked') appointment.cancel(reason, 'organisation', now);
      else appointment.releaseHold(now);
      this.appointments.save(appointment);
    }
    this.allocations.release(...open);
  }
}
