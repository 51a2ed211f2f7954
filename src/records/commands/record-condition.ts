import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Condition, type NewCondition } from '../domain/condition.js';
import { Charts } from './charts.js';

export class RecordCondition extends Command<{ id: string }> {
  constructor(
    readonly conditionId: string,
    readonly patientId: string,
    readonly condition: NewCondition,
    /** It was entered elsewhere at its time: its encounter may be finished here. */
    readonly asHistory = false,
  ) {
    super();
  }
}

@CommandHandler(RecordCondition)
export class RecordConditionHandler implements ICommandHandler<RecordCondition> {
  constructor(
    @InjectAggregates(Condition) private readonly conditions: Aggregates<Condition>,
    private readonly charts: Charts,
    private readonly clock: Clock,
  ) {}

  async execute({ conditionId, patientId, condition, asHistory }: RecordCondition) {
    await this.charts.mustTake(Condition, conditionId, patientId, condition.encounterId, asHistory);
    this.conditions.save(Condition.record(conditionId, patientId, condition, this.clock.now()));
    return { id: conditionId };
  }
}
