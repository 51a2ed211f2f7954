import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { type Statement, statement } from '../../database/sql.js';
import { currentContext, notFound } from '../../event-sourcing/index.js';
import { assertMaySee } from '../../security/index.js';
import { type Documents, type Viewed, viewOf } from './allowed-actions.js';

const byId = (list: string) => statement(`select entry from read.${list} where id = $1`);

const statements: Readonly<Record<keyof Documents, Statement>> = {
  encounter: byId('encounter_list'),
  condition: byId('problem_list'),
  allergy: byId('allergy_list'),
  'medication-order': byId('medication_list'),
  observation: byId('observation_panels'),
  immunization: byId('immunization_list'),
};

/** One entry by its id, entered in error or not, for whoever may see its patient. */
@Injectable()
export class Entries {
  constructor(private readonly database: Database) {}

  async get<T extends keyof Documents>(type: T, id: string): Promise<Viewed<Documents[T]>> {
    const [row] = await this.database.query<{ entry: Documents[T] }>(statements[type], [id]);
    if (!row) throw notFound(type);
    assertMaySee(row.entry.patientId);
    return viewOf(type, row.entry, currentContext().actor.role);
  }
}
