import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';
import { ResourceAllocations } from './resource-allocations.js';

/** The patient has not come. Frees what is left of the time. */
export class MarkNoShow extends Command<{ id: string }> {
  constructor(readonly appointmentId: string) {
    super();
  }
}

@CommandHandler(MarkNoShow)
export class MarkNoShowHandler implements ICommandHandler<MarkNoShow> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId }: MarkNoShow) {
    const appointment = await this.appointments.load(appointmentId);
    appointment.markNoShow(this.clock.now());
    this.allocations.release(appointment);
    this.appointments.save(appointment);
    return { id: appointmentId };
  }
}
