import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { quick, sql } from '../../database/sql.js';
import { AsOf, currentContext, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { type PatientSummary, PatientSummaryProjection } from '../read-models/patient-summary.js';
import { type PatientView, viewOf } from './patient-view.js';

const patientById = quick(sql`select document from read.patient_summary where id = $1`);

/** A patient as of now, or as it was recorded at a moment in the past. */
export class GetPatient extends Query<PatientView> {
  constructor(
    readonly patientId: string,
    readonly asOf?: Instant,
  ) {
    super();
  }
}

@QueryHandler(GetPatient)
@Reads(PatientSummaryProjection)
export class GetPatientHandler implements IQueryHandler<GetPatient> {
  constructor(
    private readonly database: Database,
    private readonly past: AsOf,
    private readonly summaries: PatientSummaryProjection,
  ) {}

  async execute({ patientId, asOf }: GetPatient): Promise<PatientView> {
    const row =
      asOf === undefined
        ? (await this.database.query<Pick<PatientSummary, 'document'>>(patientById, [patientId]))[0]
        : await this.past.row(this.summaries, patientId, [patientId], asOf);
    if (!row) throw notFound('patient');
    return viewOf(row.document, currentContext().actor.role);
  }
}
