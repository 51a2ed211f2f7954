import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, Streams } from '../../event-sourcing/index.js';
import { MedicationOrder } from '../domain/medication-order.js';
import { PrescribingFacts } from './prescribing-facts.js';

/** Holds every active order of a patient. Those on hold already stay as they are. */
export class HoldMedicationsOfPatient extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(HoldMedicationsOfPatient)
export class HoldMedicationsOfPatientHandler implements ICommandHandler<HoldMedicationsOfPatient> {
  constructor(
    @InjectAggregates(MedicationOrder) private readonly orders: Aggregates<MedicationOrder>,
    private readonly facts: PrescribingFacts,
    private readonly streams: Streams,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, reason }: HoldMedicationsOfPatient) {
    const ids = await this.facts.ordersInUse(patientId);
    const orders = await this.streams.load(...ids.map((id) => [MedicationOrder, id] as const));
    for (const order of orders) {
      if (order.status !== 'active') continue;
      order.hold(reason, this.clock.now());
      this.orders.save(order);
    }
  }
}
