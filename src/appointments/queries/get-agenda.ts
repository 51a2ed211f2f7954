import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { Clock, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import type { AgendaEntryResponse, AgendaResponse } from '../http/agenda.response.js';
import { AgendaProjection } from '../read-models/agenda.js';
import { PatientNameProjection } from '../read-models/patient-name.js';
import { ScheduleViewProjection } from '../read-models/schedule-view.js';
import { searchWindow } from './search-window.js';

/** What a resource is booked for in a window, in order of time. */
export class GetAgenda extends Query<AgendaResponse> {
  constructor(
    readonly resourceId: string,
    readonly from: Instant,
    readonly to: Instant,
  ) {
    super();
  }
}

const resourceById = sql`select name, time_zone as "timeZone" from read.schedule where id = $1`;
const entries = sql`
  select appointment_id as "appointmentId", status, patient_id as "patientId", patient.name as "patientName",
    service_type_name as "serviceTypeName", starts_at as "start", ends_at as "end",
    busy_from as "busyFrom", busy_to as "busyTo", expires_at as "expiresAt"
  from read.agenda left join read.patient_name patient on patient.id = patient_id
  where resource_id = $1 and tstzrange(busy_from, busy_to) && tstzrange($2, $3)
    and (expires_at is null or expires_at > $4)
  order by starts_at, appointment_id`;

@QueryHandler(GetAgenda)
@Reads(AgendaProjection, PatientNameProjection, ScheduleViewProjection)
export class GetAgendaHandler implements IQueryHandler<GetAgenda> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute({ resourceId, from, to }: GetAgenda) {
    searchWindow(from, to);
    const [[resource], items] = await Promise.all([
      this.database.query<{ name: string; timeZone: string }>(resourceById, [resourceId]),
      this.database.query<AgendaEntryResponse>(entries, [resourceId, from, to, this.clock.now()]),
    ]);
    if (!resource) throw notFound('resource');
    return { resourceId, ...resource, items };
  }
}
