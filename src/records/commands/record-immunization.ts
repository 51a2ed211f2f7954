import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Immunization, type NewImmunization } from '../domain/immunization.js';
import { Charts } from './charts.js';

export class RecordImmunization extends Command<{ id: string }> {
  constructor(
    readonly immunizationId: string,
    readonly patientId: string,
    readonly immunization: NewImmunization,
    /** It was entered elsewhere at its time: its encounter may be finished here. */
    readonly asHistory = false,
  ) {
    super();
  }
}

@CommandHandler(RecordImmunization)
export class RecordImmunizationHandler implements ICommandHandler<RecordImmunization> {
  constructor(
    @InjectAggregates(Immunization) private readonly immunizations: Aggregates<Immunization>,
    private readonly charts: Charts,
    private readonly clock: Clock,
  ) {}

  async execute({ immunizationId, patientId, immunization, asHistory }: RecordImmunization) {
    await this.charts.mustTake(Immunization, immunizationId, patientId, immunization.encounterId, asHistory);
    this.immunizations.save(Immunization.record(immunizationId, patientId, immunization, this.clock.now()));
    return { id: immunizationId };
  }
}
