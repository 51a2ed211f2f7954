import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { Clock, currentContext, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { freeSlots, withBuffers } from '../domain/free-slots.js';
import type { Interval } from '../domain/interval.js';
import { bookableWithin, bookedByStaffOnly } from '../domain/service-terms.js';
import { TimeZone } from '../domain/time-zone.js';
import { WeeklyHours } from '../domain/weekly-hours.js';
import type { AvailabilityResponse } from '../http/availability.response.js';
import { AgendaProjection } from '../read-models/agenda.js';
import { ScheduleView, ScheduleViewProjection } from '../read-models/schedule-view.js';
import { ServiceTypeView, ServiceTypeViewProjection } from '../read-models/service-type-view.js';
import { searchWindow } from './search-window.js';

export interface SlotsWanted {
  readonly serviceTypeId: string;
  readonly resourceIds: readonly string[];
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
}

/** The times at which a service can be booked with any of the resources. */
export class FindFreeSlots extends Query<AvailabilityResponse> {
  constructor(readonly wanted: SlotsWanted) {
    super();
  }
}

const serviceById = sql`select terms from read.service_type where id = $1`;
const schedulesById = sql`
  select id, time_zone as "timeZone", weekly_hours as "weeklyHours" from read.schedule where id = any ($1::uuid[])`;
const busyTimes = sql`
  select resource_id as "resourceId", (extract(epoch from busy_from) * 1000)::float8 as "from",
    (extract(epoch from busy_to) * 1000)::float8 as "to"
  from read.agenda
  where resource_id = any ($1::uuid[]) and tstzrange(busy_from, busy_to) && tstzrange($2, $3) and taken
    and (expires_at is null or expires_at > $4)`;

@QueryHandler(FindFreeSlots)
@Reads(AgendaProjection, ScheduleViewProjection, ServiceTypeViewProjection)
export class FindFreeSlotsHandler implements IQueryHandler<FindFreeSlots> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute({ wanted }: FindFreeSlots) {
    const asked = searchWindow(wanted.from, wanted.to);
    const resourceIds = [...new Set(wanted.resourceIds)];
    const [[service], schedules] = await Promise.all([
      this.database.query<Pick<ServiceTypeView, 'terms'>>(serviceById, [wanted.serviceTypeId]),
      this.database.query<Pick<ScheduleView, 'id' | 'timeZone' | 'weeklyHours'>>(schedulesById, [resourceIds]),
    ]);
    if (!service) throw notFound('service-type');
    if (schedules.length < resourceIds.length) throw notFound('resource');
    const { terms } = service;
    if (currentContext().actor.role === 'patient' && !terms.bookableByPatient) throw bookedByStaffOnly();

    const now = this.clock.now();
    const window = bookableWithin(terms, asked, now);
    const busy = await this.busy(resourceIds, withBuffers(terms, window), now);
    const slots = schedules.flatMap(({ id, timeZone, weeklyHours }) => {
      const openings = WeeklyHours.stored(weeklyHours).openings(TimeZone.of(timeZone), window);
      const free = freeSlots({ terms, window, openings, busy: busy.get(id) ?? [] }, wanted.limit);
      return free.map((slot) => ({ ...slot, resourceId: id }));
    });
    slots.sort((a, b) => a.from - b.from || (a.resourceId < b.resourceId ? -1 : 1));
    return {
      slots: slots.slice(0, wanted.limit).map(({ resourceId, from, to }) => ({
        resourceId,
        start: new Date(from).toISOString(),
        end: new Date(to).toISOString(),
      })),
    };
  }

  private async busy(resourceIds: readonly string[], window: Interval, now: Instant): Promise<Map<string, Interval[]>> {
    const rows = await this.database.query<Interval & { resourceId: string }>(busyTimes, [
      resourceIds,
      new Date(window.from).toISOString(),
      new Date(window.to).toISOString(),
      now,
    ]);
    return Map.groupBy(rows, ({ resourceId }) => resourceId);
  }
}
