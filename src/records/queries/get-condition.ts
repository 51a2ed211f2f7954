import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Reads } from '../../event-sourcing/index.js';
import { type ConditionDocument, ProblemListProjection } from '../read-models/problem-list.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

export class GetCondition extends Query<Viewed<ConditionDocument>> {
  constructor(readonly conditionId: string) {
    super();
  }
}

@QueryHandler(GetCondition)
@Reads(ProblemListProjection)
export class GetConditionHandler implements IQueryHandler<GetCondition> {
  constructor(private readonly entries: Entries) {}

  execute({ conditionId }: GetCondition) {
    return this.entries.get('condition', conditionId);
  }
}
