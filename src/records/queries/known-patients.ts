import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { notFound } from '../../event-sourcing/index.js';

const chart = sql`select 1 from read.patient_charts where patient_id = $1`;

/** Tells a patient without entries from one that there is not. */
@Injectable()
export class KnownPatients {
  constructor(private readonly database: Database) {}

  async mustHave(patientId: string): Promise<void> {
    const rows = await this.database.query(chart, [patientId]);
    if (rows.length === 0) throw notFound('patient');
  }
}
