import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';
import { BookableTime, type BookingRequest, type Warning } from './bookable-time.js';
import { ResourceAllocations } from './resource-allocations.js';

export interface Booked {
  id: string;
  warnings: readonly Warning[];
}

/** Books a time for a patient. */
export class BookAppointment extends Command<Booked> {
  constructor(
    readonly appointmentId: string,
    readonly request: BookingRequest,
    /**
     * It has taken place: notice, horizon and opening hours do not apply, and it may have lasted otherwise than the service
     * does. That no resource is in two places at once still holds.
     */
    readonly asHistory?: { readonly end?: Instant },
  ) {
    super();
  }
}

@CommandHandler(BookAppointment)
export class BookAppointmentHandler implements ICommandHandler<BookAppointment> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly times: BookableTime,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, request, asHistory }: BookAppointment) {
    const now = this.clock.now();
    const { booking, warnings, ...terms } = asHistory
      ? await this.times.recall(request, asHistory.end, now)
      : await this.times.promise(request, now);
    const appointment = Appointment.book(appointmentId, booking, now, asHistory !== undefined);
    this.allocations.take(appointment, { ...terms, kind: 'booking', now });
    this.appointments.save(appointment);
    return { id: appointmentId, warnings };
  }
}
