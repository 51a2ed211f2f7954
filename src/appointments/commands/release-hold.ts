import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates, notFound } from '../../event-sourcing/index.js';
import { assertMaySee } from '../../security/index.js';
import { Appointment } from '../domain/appointment.js';
import { ResourceAllocations } from './resource-allocations.js';

/** Gives a held time back before it runs out. */
export class ReleaseHold extends Command<{ id: string }> {
  constructor(readonly holdId: string) {
    super();
  }
}

@CommandHandler(ReleaseHold)
export class ReleaseHoldHandler implements ICommandHandler<ReleaseHold> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ holdId }: ReleaseHold) {
    const held = await this.appointments.find(holdId);
    if (!held) throw notFound('hold');
    assertMaySee(held.booking.patientId);
    held.releaseHold(this.clock.now());
    this.allocations.release(held);
    this.appointments.save(held);
    return { id: holdId };
  }
}
