import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';

/** What was booked took place. */
export class FulfilAppointment extends Command<{ id: string }> {
  constructor(
    readonly appointmentId: string,
    /** When it was, if not now. */
    readonly effectiveAt?: Instant,
  ) {
    super();
  }
}

@CommandHandler(FulfilAppointment)
export class FulfilAppointmentHandler implements ICommandHandler<FulfilAppointment> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, effectiveAt }: FulfilAppointment) {
    const appointment = await this.appointments.load(appointmentId);
    appointment.fulfil(effectiveAt ?? this.clock.now());
    this.appointments.save(appointment);
    return { id: appointmentId };
  }
}
