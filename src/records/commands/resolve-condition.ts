import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Condition } from '../domain/condition.js';
import type { DateOrInstant } from '../events/entry.js';

/** The condition is over. It abated now unless told otherwise. */
export class ResolveCondition extends Command<{ id: string }> {
  constructor(
    readonly conditionId: string,
    readonly abatement?: DateOrInstant,
  ) {
    super();
  }
}

@CommandHandler(ResolveCondition)
export class ResolveConditionHandler implements ICommandHandler<ResolveCondition> {
  constructor(
    @InjectAggregates(Condition) private readonly conditions: Aggregates<Condition>,
    private readonly clock: Clock,
  ) {}

  async execute({ conditionId, abatement }: ResolveCondition) {
    const condition = await this.conditions.load(conditionId);
    condition.resolve(abatement, this.clock.now());
    this.conditions.save(condition);
    return { id: conditionId };
  }
}
