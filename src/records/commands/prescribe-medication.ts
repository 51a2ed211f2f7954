import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { MedicationOrder, type NewMedicationOrder } from '../domain/medication-order.js';
import { Charts } from './charts.js';
import { PrescribingFacts } from './prescribing-facts.js';

/**
 * Orders a medication. One that the patient has already, or is allergic to, is refused as `duplicate-therapy` or `drug-allergy`
 * unless there is an `overrideReason`. Only the same code counts as the same: ingredients and classes are not known here.
 */
export class PrescribeMedication extends Command<{ id: string }> {
  constructor(
    readonly orderId: string,
    readonly patientId: string,
    readonly order: NewMedicationOrder,
    /** It was entered elsewhere at its time: its encounter may be finished here. */
    readonly asHistory = false,
  ) {
    super();
  }
}

@CommandHandler(PrescribeMedication)
export class PrescribeMedicationHandler implements ICommandHandler<PrescribeMedication> {
  constructor(
    @InjectAggregates(MedicationOrder) private readonly orders: Aggregates<MedicationOrder>,
    private readonly charts: Charts,
    private readonly facts: PrescribingFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ orderId, patientId, order: given, asHistory }: PrescribeMedication) {
    await this.charts.mustTake(MedicationOrder, orderId, patientId, given.encounterId, asHistory);
    const order = MedicationOrder.prescribe(orderId, patientId, given, this.clock.now());
    this.orders.save(order);
    if (order.inUse) this.facts.addMedication(orderId, patientId, order.code, given.overrideReason !== undefined);
    return { id: orderId };
  }
}
