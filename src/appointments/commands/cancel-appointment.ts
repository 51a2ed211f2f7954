import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, currentContext, DomainError, InjectAggregates } from '../../event-sourcing/index.js';
import { assertMaySee } from '../../security/index.js';
import { Appointment } from '../domain/appointment.js';
import type { CancellationInitiator, CancellationReason } from '../events/cancellation-reason.js';
import { ResourceAllocations } from './resource-allocations.js';

/** Cancels an appointment for a coded reason, and frees its time. */
export class CancelAppointment extends Command<{ id: string }> {
  constructor(
    readonly appointmentId: string,
    readonly reason: CancellationReason,
    readonly by: CancellationInitiator,
  ) {
    super();
  }
}

@CommandHandler(CancelAppointment)
export class CancelAppointmentHandler implements ICommandHandler<CancelAppointment> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, reason, by }: CancelAppointment) {
    const now = this.clock.now();
    const appointment = await this.appointments.load(appointmentId);
    assertMaySee(appointment.booking.patientId);
    if (currentContext().actor.role === 'patient') {
      mustBeByPatient(reason, by);
      appointment.mustBeBeforeCutoff(now);
    }
    appointment.cancel(reason, by, now);
    this.allocations.release(appointment);
    this.appointments.save(appointment);
    return { id: appointmentId };
  }
}

function mustBeByPatient(reason: CancellationReason, by: CancellationInitiator): void {
  if (by === 'patient' && (reason === 'pat' || reason.startsWith('pat-') || reason === 'other')) return;
  throw new DomainError('forbidden', 'not-your-reason', 'A patient cancels as the patient, for reasons of its own.');
}
