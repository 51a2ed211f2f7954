import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';
import { BookableTime, type BookingRequest, type Warning } from './bookable-time.js';
import { ResourceAllocations } from './resource-allocations.js';

export interface Held {
  id: string;
  expiresAt: Instant;
  warnings: readonly Warning[];
}

/** Keeps a time for a patient for a while, to be booked under the same id. */
export class HoldSlot extends Command<Held> {
  constructor(
    readonly appointmentId: string,
    readonly request: BookingRequest,
    readonly ttlSeconds: number,
  ) {
    super();
  }
}

@CommandHandler(HoldSlot)
export class HoldSlotHandler implements ICommandHandler<HoldSlot> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly times: BookableTime,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, request, ttlSeconds }: HoldSlot) {
    const now = this.clock.now();
    const { booking, warnings, ...terms } = await this.times.promise(request, now);
    const held = Appointment.hold(appointmentId, booking, ttlSeconds, now);
    this.allocations.take(held, { ...terms, kind: 'hold', now });
    this.appointments.save(held);
    return { id: appointmentId, expiresAt: held.expiresAt!, warnings };
  }
}
