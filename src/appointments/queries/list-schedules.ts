import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import type { SchedulePageResponse } from '../http/schedule.response.js';
import { ScheduleView, ScheduleViewProjection } from '../read-models/schedule-view.js';
import { scheduleView } from './schedule-of-caller.js';

/** All that can be booked, by name. */
export class ListSchedules extends Query<SchedulePageResponse> {
  constructor(
    readonly limit: number,
    readonly cursor?: string,
  ) {
    super();
  }
}

const page = sql`
  select id, version, resource_type as "resourceType", name, time_zone as "timeZone", weekly_hours as "weeklyHours"
  from read.schedule where (name, id) > ($1, $2::uuid) order by name, id limit $3`;

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

@QueryHandler(ListSchedules)
@Reads(ScheduleViewProjection)
export class ListSchedulesHandler implements IQueryHandler<ListSchedules> {
  constructor(private readonly database: Database) {}

  async execute({ limit, cursor }: ListSchedules) {
    const after = decodeCursor(cursor, 'text', 'id') ?? ['', FIRST_ID];
    const rows = await this.database.query<ScheduleView>(page, [...after, limit + 1]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(scheduleView),
      nextCursor: last ? encodeCursor(last.name, last.id) : null,
    };
  }
}
