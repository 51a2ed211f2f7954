import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { AsOf, type Instant, type Projection } from '../../event-sourcing/index.js';
import { AllergyListProjection } from '../read-models/allergy-list.js';
import { EncounterListProjection } from '../read-models/encounter-list.js';
import type { EntryDocument } from '../read-models/entry-document.js';
import type { EntryRow } from '../read-models/entry-row.js';
import { ImmunizationListProjection } from '../read-models/immunization-list.js';
import { MedicationListProjection } from '../read-models/medication-list.js';
import {
  type ObservationSeries,
  ObservationSeriesProjection,
  type Observed,
} from '../read-models/observation-series.js';
import { PatientChartsProjection } from '../read-models/patient-charts.js';
import { ProblemListProjection } from '../read-models/problem-list.js';
import type { ChartContents } from './chart.js';
import { foldRows } from './fold-rows.js';

/** The timeline keeps every entry for ever, and so knows the streams of a patient. */
const streamsOf = sql`select id from read.timeline where patient_id = $1`;

/** Charts as they were: the same projections that keep the lists, folded over the log up to a moment. */
@Injectable()
export class PastCharts {
  constructor(
    private readonly database: Database,
    private readonly past: AsOf,
    private readonly charts: PatientChartsProjection,
    private readonly problems: ProblemListProjection,
    private readonly allergies: AllergyListProjection,
    private readonly medications: MedicationListProjection,
    private readonly immunizations: ImmunizationListProjection,
    private readonly encounters: EncounterListProjection,
    private readonly series: ObservationSeriesProjection,
  ) {}

  /** Undefined when the patient was not known at that moment. */
  async at(patientId: string, moment: Instant): Promise<ChartContents | undefined> {
    const streams = await this.database.query<{ id: string }>(streamsOf, [patientId]);
    const events = await this.past.events([patientId, ...streams.map(({ id }) => id)], moment);
    const [patient] = foldRows(this.charts, events);
    if (!patient) return undefined;

    const inChart = <D extends EntryDocument>(projection: Projection<EntryRow<D>>) =>
      foldRows(projection, events)
        .filter((row) => row.inChart)
        .map(({ entry }) => entry);

    return {
      enteredInError: patient.enteredInError,
      deceasedAt: patient.deceasedAt,
      problems: inChart(this.problems),
      allergies: inChart(this.allergies),
      medications: inChart(this.medications),
      immunizations: inChart(this.immunizations),
      encounters: inChart(this.encounters),
      vitals: lastVitals(foldRows(this.series, events)),
    };
  }
}

/** As the statement of the present chart finds them: by code the latest in time, then by place. */
function lastVitals(rows: readonly ObservationSeries[]): Observed[] {
  const last = new Map<string, ObservationSeries>();
  const order = ({ effectiveAt, id }: ObservationSeries) => effectiveAt + id;
  for (const row of rows) {
    if (row.category !== 'vital-signs') continue;
    const key = `${row.codeSystem}|${row.code}`;
    const before = last.get(key);
    if (!before || order(before) < order(row)) last.set(key, row);
  }
  return [...last.values()].map(({ observed }) => observed);
}
