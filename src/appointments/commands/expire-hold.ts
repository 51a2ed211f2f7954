import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Appointment } from '../domain/appointment.js';
import { ResourceAllocations } from './resource-allocations.js';

/** Ends a hold whose time is up. Sent by the timer of the hold; does nothing when it was booked or has ended. */
export class ExpireHold extends Command<void> {
  constructor(readonly holdId: string) {
    super();
  }
}

@CommandHandler(ExpireHold)
export class ExpireHoldHandler implements ICommandHandler<ExpireHold> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ holdId }: ExpireHold) {
    const held = await this.appointments.load(holdId);
    if (held.status !== 'pending') return;
    held.expireHold(this.clock.now());
    this.allocations.release(held);
    this.appointments.save(held);
  }
}
