import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Projection, Projects } from '../../event-sourcing/index.js';
import type { ResourceType } from '../events/booking.js';
import { type OpeningHours, ScheduleDefined, WeeklyHoursSet } from '../events/schedule-events.js';

/** A bookable resource and its hours, as they are served. */
@Entity({ schema: 'read', name: 'schedule' })
export class ScheduleView {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('text', { name: 'resource_type' })
  resourceType!: ResourceType;

  @Column('text')
  name!: string;

  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('jsonb', { name: 'weekly_hours' })
  weeklyHours!: readonly OpeningHours[];
}

@EventsHandler(ScheduleDefined, WeeklyHoursSet)
@Projects(ScheduleView, { version: 1 })
export class ScheduleViewProjection extends Projection<ScheduleView> {
  onScheduleDefined(_row: undefined, { data, recorded }: ScheduleDefined): ScheduleView {
    return {
      id: recorded.streamId,
      version: recorded.streamVersion,
      resourceType: data.resource.type,
      name: data.resource.name,
      timeZone: data.timeZone,
      weeklyHours: data.weeklyHours,
    };
  }

  onWeeklyHoursSet(row: ScheduleView, { data, recorded }: WeeklyHoursSet): ScheduleView {
    return { ...row, version: recorded.streamVersion, weeklyHours: data.weeklyHours };
  }
}
