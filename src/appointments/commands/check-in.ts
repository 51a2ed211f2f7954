import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';

/** The patient has come. */
export class CheckIn extends Command<{ id: string }> {
  constructor(
    readonly appointmentId: string,
    /** When it was, if not now. */
    readonly effectiveAt?: Instant,
  ) {
    super();
  }
}

@CommandHandler(CheckIn)
export class CheckInHandler implements ICommandHandler<CheckIn> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, effectiveAt }: CheckIn) {
    const appointment = await this.appointments.load(appointmentId);
    appointment.checkIn(effectiveAt ?? this.clock.now());
    this.appointments.save(appointment);
    return { id: appointmentId };
  }
}
