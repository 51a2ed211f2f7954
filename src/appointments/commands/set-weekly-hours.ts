import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Schedule } from '../domain/schedule.js';
import type { OpeningHours } from '../events/schedule-events.js';

/** Replaces the regular hours of a resource. What is booked stays booked. */
export class SetWeeklyHours extends Command<{ id: string }> {
  constructor(
    readonly scheduleId: string,
    readonly weeklyHours: readonly OpeningHours[],
  ) {
    super();
  }
}

@CommandHandler(SetWeeklyHours)
export class SetWeeklyHoursHandler implements ICommandHandler<SetWeeklyHours> {
  constructor(
    @InjectAggregates(Schedule) private readonly schedules: Aggregates<Schedule>,
    private readonly clock: Clock,
  ) {}

  async execute({ scheduleId, weeklyHours }: SetWeeklyHours) {
    const schedule = await this.schedules.load(scheduleId);
    schedule.setWeeklyHours(weeklyHours, this.clock.now());
    this.schedules.save(schedule);
    return { id: scheduleId };
  }
}
