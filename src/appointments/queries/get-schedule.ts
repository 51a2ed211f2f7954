import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { notFound, Reads } from '../../event-sourcing/index.js';
import type { ScheduleResponse } from '../http/schedule.response.js';
import { ScheduleView, ScheduleViewProjection } from '../read-models/schedule-view.js';
import { scheduleView } from './schedule-of-caller.js';

export class GetSchedule extends Query<ScheduleResponse> {
  constructor(readonly scheduleId: string) {
    super();
  }
}

const byId = sql`
  select id, version, resource_type as "resourceType", name, time_zone as "timeZone", weekly_hours as "weeklyHours"
  from read.schedule where id = $1`;

@QueryHandler(GetSchedule)
@Reads(ScheduleViewProjection)
export class GetScheduleHandler implements IQueryHandler<GetSchedule> {
  constructor(private readonly database: Database) {}

  async execute({ scheduleId }: GetSchedule) {
    const [row] = await this.database.query<ScheduleView>(byId, [scheduleId]);
    if (!row) throw notFound('schedule');
    return scheduleView(row);
  }
}
