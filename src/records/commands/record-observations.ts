import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { type NewObservationSet, ObservationSet } from '../domain/observation-set.js';
import { Charts } from './charts.js';

/** Records a panel: what was measured together. */
export class RecordObservations extends Command<{ id: string }> {
  constructor(
    readonly observationSetId: string,
    readonly patientId: string,
    readonly panel: NewObservationSet,
  ) {
    super();
  }
}

@CommandHandler(RecordObservations)
export class RecordObservationsHandler implements ICommandHandler<RecordObservations> {
  constructor(
    @InjectAggregates(ObservationSet) private readonly panels: Aggregates<ObservationSet>,
    private readonly charts: Charts,
    private readonly clock: Clock,
  ) {}

  async execute({ observationSetId, patientId, panel }: RecordObservations) {
    await this.charts.mustTake(ObservationSet, observationSetId, patientId, panel.encounterId);
    this.panels.save(ObservationSet.record(observationSetId, patientId, panel, this.clock.now()));
    return { id: observationSetId };
  }
}
