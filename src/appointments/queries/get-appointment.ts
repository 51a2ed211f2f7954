import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { AsOf, Clock, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { assertMaySee } from '../../security/index.js';
import type { AppointmentResponse } from '../http/appointment.response.js';
import { AppointmentSummary, AppointmentSummaryProjection } from '../read-models/appointment-summary.js';
import { appointmentView, SUMMARY_COLUMNS } from './appointment-view.js';

/** One appointment or hold, as it is or as it was at a moment. */
export class GetAppointment extends Query<AppointmentResponse> {
  constructor(
    readonly appointmentId: string,
    readonly asOf?: Instant,
  ) {
    super();
  }
}

const byId = statement(`select ${SUMMARY_COLUMNS} from read.appointment_summary where id = $1`);

@QueryHandler(GetAppointment)
@Reads(AppointmentSummaryProjection)
export class GetAppointmentHandler implements IQueryHandler<GetAppointment> {
  constructor(
    private readonly database: Database,
    private readonly past: AsOf,
    private readonly projection: AppointmentSummaryProjection,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, asOf }: GetAppointment) {
    const [now] = await this.database.query<AppointmentSummary>(byId, [appointmentId]);
    const row = asOf === undefined ? now : await this.asItWas(appointmentId, asOf, now?.encounterId);
    if (!row) throw notFound('appointment');
    assertMaySee(row.patientId);
    const view = appointmentView(row, this.clock.now());
    return asOf === undefined ? view : { ...view, allowedActions: [] };
  }

  /** Its encounter has a stream of its own, and tells when it began. */
  private asItWas(id: string, moment: Instant, encounterId: string | null = null) {
    return this.past.row(this.projection, id, encounterId === null ? [id] : [id, encounterId], moment);
  }
}
