import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock, InjectAggregates, Aggregates, notFound, Streams } from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { assertMaySee } from '../../security/index.js';
import { Appointment } from '../domain/appointment.js';
import type { Booked } from './book-appointment.js';
import { ResourceAllocations } from './resource-allocations.js';

/** Books the time of a hold. The appointment has the id of the hold. */
export class BookHeldSlot extends Command<Booked> {
  constructor(readonly holdId: string) {
    super();
  }
}

@CommandHandler(BookHeldSlot)
export class BookHeldSlotHandler implements ICommandHandler<BookHeldSlot> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly streams: Streams,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ holdId }: BookHeldSlot) {
    const appointment = await this.appointments.find(holdId);
    if (!appointment) throw notFound('hold');
    const { patientId } = appointment.booking;
    assertMaySee(patientId);
    const [standing] = await this.streams.load([PatientStanding, patientId]);
    standing.mustBeAlive();

    appointment.bookHeld(this.clock.now());
    this.allocations.keep(appointment);
    this.appointments.save(appointment);
    return { id: holdId, warnings: [] };
  }
}
