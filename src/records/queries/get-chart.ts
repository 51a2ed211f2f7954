import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { currentContext, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { AllergyListProjection } from '../read-models/allergy-list.js';
import { EncounterListProjection } from '../read-models/encounter-list.js';
import { ImmunizationListProjection } from '../read-models/immunization-list.js';
import { MedicationListProjection } from '../read-models/medication-list.js';
import { ObservationSeriesProjection } from '../read-models/observation-series.js';
import { PatientChartsProjection } from '../read-models/patient-charts.js';
import { ProblemListProjection } from '../read-models/problem-list.js';
import { TimelineProjection } from '../read-models/timeline.js';
import { type ChartContents, chartOf, type ChartView, ENCOUNTERS } from './chart.js';
import { PastCharts } from './past-charts.js';

const inChart = (list: string) => `
  coalesce((select jsonb_agg(entry) from read.${list} where patient_id = $1 and in_chart), '[]')`;

const vital = (after: string) => `
  select code_system, code, observed from read.observation_series
  where patient_id = $1 and category = 'vital-signs' ${after}
  order by code_system, code, effective_at desc, id desc limit 1`;

/**
 * The whole chart in one statement: one index scan a list. For vital signs it is one probe of the index a code, from each code
 * to the next, however often it was measured.
 */
const contentsOf = statement(`
  with recursive last_vitals as (
    (${vital('')})
    union all
    select next.* from last_vitals last
    cross join lateral (${vital('and (code_system, code) > (last.code_system, last.code)')}) next
  )
  select
    entered_in_error as "enteredInError",
    deceased_at as "deceasedAt",
    ${inChart('problem_list')} as problems,
    ${inChart('allergy_list')} as allergies,
    ${inChart('medication_list')} as medications,
    ${inChart('immunization_list')} as immunizations,
    coalesce((
      select jsonb_agg(entry) from (
        select entry from read.encounter_list where patient_id = $1 and in_chart
        order by effective_at desc, id desc limit ${ENCOUNTERS}
      ) latest
    ), '[]') as encounters,
    coalesce((select jsonb_agg(observed) from last_vitals), '[]') as vitals
  from read.patient_charts where patient_id = $1`);

/** Everything about a patient's health on one page, now or at a moment in the past. */
export class GetChart extends Query<ChartView> {
  constructor(
    readonly patientId: string,
    readonly asOf?: Instant,
  ) {
    super();
  }
}

@QueryHandler(GetChart)
@Reads(
  PatientChartsProjection,
  ProblemListProjection,
  AllergyListProjection,
  MedicationListProjection,
  ImmunizationListProjection,
  EncounterListProjection,
  ObservationSeriesProjection,
  TimelineProjection,
)
export class GetChartHandler implements IQueryHandler<GetChart> {
  constructor(
    private readonly database: Database,
    private readonly past: PastCharts,
  ) {}

  async execute({ patientId, asOf }: GetChart): Promise<ChartView> {
    const contents =
      asOf === undefined
        ? (await this.database.query<ChartContents & object>(contentsOf, [patientId]))[0]
        : await this.past.at(patientId, asOf);
    if (!contents) throw notFound('patient');
    return chartOf(patientId, contents, currentContext().actor.role);
  }
}
