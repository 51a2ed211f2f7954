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
    /** It was entered elsewhere at its time: its encounter may be finished here. */
    readonly asHistory = false,
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

  async execute({ observationSetId, patientId, panel, asHistory }: RecordObservations) {
    await this.charts.mustTake(ObservationSet, observationSetId, patientId, panel.encounterId, asHistory);
    this.panels.save(ObservationSet.record(observationSetId, patientId, panel, this.clock.now()));
    return { id: observationSetId };
  }
}
