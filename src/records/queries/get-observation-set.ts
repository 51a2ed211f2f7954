import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Reads } from '../../event-sourcing/index.js';
import { type ObservationSetDocument, ObservationPanelsProjection } from '../read-models/observation-panels.js';
import type { Viewed } from './allowed-actions.js';
import { Entries } from './entries.js';

export class GetObservationSet extends Query<Viewed<ObservationSetDocument>> {
  constructor(readonly observationSetId: string) {
    super();
  }
}

@QueryHandler(GetObservationSet)
@Reads(ObservationPanelsProjection)
export class GetObservationSetHandler implements IQueryHandler<GetObservationSet> {
  constructor(private readonly entries: Entries) {}

  execute({ observationSetId }: GetObservationSet) {
    return this.entries.get('observation', observationSetId);
  }
}
