import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { MedicationOrder } from '../domain/medication-order.js';
import { PrescribingFacts } from './prescribing-facts.js';

/** The medication is no longer given, from now on unless told otherwise. */
export class StopMedication extends Command<{ id: string }> {
  constructor(
    readonly orderId: string,
    readonly reason: string,
    readonly stoppedAt?: Instant,
  ) {
    super();
  }
}

@CommandHandler(StopMedication)
export class StopMedicationHandler implements ICommandHandler<StopMedication> {
  constructor(
    @InjectAggregates(MedicationOrder) private readonly orders: Aggregates<MedicationOrder>,
    private readonly facts: PrescribingFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ orderId, reason, stoppedAt }: StopMedication) {
    const order = await this.orders.load(orderId);
    order.stop(reason, stoppedAt, this.clock.now());
    this.orders.save(order);
    this.facts.remove(orderId);
    return { id: orderId };
  }
}
