import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Schedule, type ScheduleDefinition } from '../domain/schedule.js';

/** Makes a practitioner, room or device bookable. */
export class DefineSchedule extends Command<{ id: string }> {
  constructor(
    readonly scheduleId: string,
    readonly definition: ScheduleDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineSchedule)
export class DefineScheduleHandler implements ICommandHandler<DefineSchedule> {
  constructor(
    @InjectAggregates(Schedule) private readonly schedules: Aggregates<Schedule>,
    private readonly clock: Clock,
  ) {}

  async execute({ scheduleId, definition }: DefineSchedule) {
    this.schedules.save(Schedule.define(scheduleId, definition, this.clock.now()));
    return { id: scheduleId };
  }
}
