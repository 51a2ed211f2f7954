import { currentContext } from '../../event-sourcing/index.js';
import type { ScheduleResponse } from '../http/schedule.response.js';
import type { ScheduleView } from '../read-models/schedule-view.js';

/** A schedule as this caller sees it. */
export const scheduleView = (row: ScheduleView): ScheduleResponse => ({
  id: row.id,
  version: row.version,
  resource: { type: row.resourceType, name: row.name },
  timeZone: row.timeZone,
  weeklyHours: row.weeklyHours,
  allowedActions: currentContext().actor.role === 'patient' ? [] : ['set-weekly-hours'],
});
