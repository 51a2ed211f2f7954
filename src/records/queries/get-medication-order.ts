import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Reads } from '../../event-sourcing/index.js';
import { type MedicationOrderDocument, MedicationListProjection } from '../read-models/medication-list.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

export class GetMedicationOrder extends Query<Viewed<MedicationOrderDocument>> {
  constructor(readonly orderId: string) {
    super();
  }
}

@QueryHandler(GetMedicationOrder)
@Reads(MedicationListProjection)
export class GetMedicationOrderHandler implements IQueryHandler<GetMedicationOrder> {
  constructor(private readonly entries: Entries) {}

  execute({ orderId }: GetMedicationOrder) {
    return this.entries.get('medication-order', orderId);
  }
}
