import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Reads } from '../../event-sourcing/index.js';
import { type ImmunizationDocument, ImmunizationListProjection } from '../read-models/immunization-list.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

export class GetImmunization extends Query<Viewed<ImmunizationDocument>> {
  constructor(readonly immunizationId: string) {
    super();
  }
}

@QueryHandler(GetImmunization)
@Reads(ImmunizationListProjection)
export class GetImmunizationHandler implements IQueryHandler<GetImmunization> {
  constructor(private readonly entries: Entries) {}

  execute({ immunizationId }: GetImmunization) {
    return this.entries.get('immunization', immunizationId);
  }
}
