import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import { Clock, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import type { AppointmentPageResponse } from '../http/appointment.response.js';
import { AppointmentSummary, AppointmentSummaryProjection } from '../read-models/appointment-summary.js';
import { PatientNameProjection } from '../read-models/patient-name.js';
import { appointmentView, SUMMARY_COLUMNS } from './appointment-view.js';

export interface AppointmentFilter {
  readonly limit: number;
  readonly cursor?: string;
  /** Only those that end after it. */
  readonly from?: Instant;
  /** Only those that start before it. */
  readonly to?: Instant;
}

/** A patient's appointments, the latest first, with holds in force; without holds that came to nothing. */
export class ListAppointmentsOfPatient extends Query<AppointmentPageResponse> {
  constructor(
    readonly patientId: string,
    readonly filter: AppointmentFilter,
  ) {
    super();
  }
}

const page = statement(`
  select ${SUMMARY_COLUMNS} from read.appointment_summary
  where patient_id = $1 and hold_ended is null and (starts_at, id) < ($2, $3::uuid) and ends_at > $4 and starts_at < $5
  order by starts_at desc, id desc limit $6`);
const patientKnown = sql`select from read.patient_name where id = $1`;

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

@QueryHandler(ListAppointmentsOfPatient)
@Reads(AppointmentSummaryProjection, PatientNameProjection)
export class ListAppointmentsOfPatientHandler implements IQueryHandler<ListAppointmentsOfPatient> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, filter }: ListAppointmentsOfPatient) {
    const { limit, cursor, from = '-infinity', to = 'infinity' } = filter;
    const [before, beforeId] = decodeCursor(cursor, 'instant', 'id') ?? ['infinity', LAST_ID];
    const values = [patientId, before, beforeId, from, to, limit + 1];
    const rows = await this.database.query<AppointmentSummary>(page, values);
    if (rows.length === 0) await this.mustBeKnown(patientId);
    const now = this.clock.now();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map((row) => appointmentView(row, now)),
      nextCursor: last ? encodeCursor(last.startsAt, last.id) : null,
    };
  }

  private async mustBeKnown(patientId: string): Promise<void> {
    const known = await this.database.query(patientKnown, [patientId]);
    if (known.length === 0) throw notFound('patient');
  }
}
