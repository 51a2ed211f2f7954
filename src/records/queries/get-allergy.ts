import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Reads } from '../../event-sourcing/index.js';
import { type AllergyDocument, AllergyListProjection } from '../read-models/allergy-list.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

export class GetAllergy extends Query<Viewed<AllergyDocument>> {
  constructor(readonly allergyId: string) {
    super();
  }
}

@QueryHandler(GetAllergy)
@Reads(AllergyListProjection)
export class GetAllergyHandler implements IQueryHandler<GetAllergy> {
  constructor(private readonly entries: Entries) {}

  execute({ allergyId }: GetAllergy) {
    return this.entries.get('allergy', allergyId);
  }
}
