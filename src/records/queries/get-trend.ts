import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { type Instant, Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import { ObservationSeriesProjection } from '../read-models/observation-series.js';
import { PatientChartsProjection } from '../read-models/patient-charts.js';
import { KnownPatients } from './known-patients.js';

export interface TrendPage {
  readonly limit: number;
  readonly cursor?: string;
  readonly from?: Instant;
  readonly to?: Instant;
}

export interface TrendPoint {
  readonly at: Instant;
  readonly value: number;
  readonly unit: string | null;
  /** The panel in which it was measured. */
  readonly observationId: string;
}

export interface TrendView {
  readonly items: TrendPoint[];
  readonly nextCursor: string | null;
}

const points = sql`
  select id, effective_at as at, value, unit, observation_id as "observationId"
  from read.observation_series
  where patient_id = $1 and code_system = $2 and code = $3 and value is not null
    and (effective_at, id) > ($4, $5) and effective_at >= $6 and effective_at <= $7
  order by effective_at, id
  limit $8`;

/** Earlier than everything. */
const BOTTOM = ['-infinity', ''] as const;

/** The numbers of one code over time, whether observed by themselves or as a component, the oldest first. */
export class GetTrend extends Query<TrendView> {
  constructor(
    readonly patientId: string,
    readonly code: { readonly system: string; readonly code: string },
    readonly page: TrendPage,
  ) {
    super();
  }
}

@QueryHandler(GetTrend)
@Reads(ObservationSeriesProjection, PatientChartsProjection)
export class GetTrendHandler implements IQueryHandler<GetTrend> {
  constructor(
    private readonly database: Database,
    private readonly patients: KnownPatients,
  ) {}

  async execute({ patientId, code, page }: GetTrend): Promise<TrendView> {
    const { limit, from = '-infinity', to = 'infinity' } = page;
    const after = decodeCursor(page.cursor, 'instant', 'text') ?? BOTTOM;
    const rows = await this.database.query<TrendPoint & { id: string }>(points, [
      patientId,
      code.system,
      code.code,
      ...after,
      from,
      to,
      limit + 1,
    ]);

    if (rows.length === 0) await this.patients.mustHave(patientId);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = rows.length > limit && last ? encodeCursor(last.at, last.id) : null;
    return {
      items: items.map(({ at, value, unit, observationId }) => ({ at, value, unit, observationId })),
      nextCursor,
    };
  }
}
