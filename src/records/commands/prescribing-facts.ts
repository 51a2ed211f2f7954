import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { currentUnitOfWork, refused } from '../../event-sourcing/index.js';
import type { Code } from '../events/code.js';

const orders = sql`select entry_id from write.prescribing_facts where patient_id = $1 and kind = 'medication' order by entry_id`;

const refusals: Readonly<Record<string, () => Error>> = {
  drug_allergy: () =>
    refused(
      'drug-allergy',
      'The patient is recorded as allergic to this. Prescribe it with an `overrideReason`, or not.',
    ),
  duplicate_therapy: () =>
    refused('duplicate-therapy', 'The patient has this already. Prescribe it again with an `overrideReason`, or not.'),
};

/**
 * The allergies and medications of each patient that a new prescription is checked against: a table of the write side, which
 * changes with the command or not at all.
 */
@Injectable()
export class PrescribingFacts {
  constructor(private readonly database: Database) {}

  /** Checks the medication and notes it. An override passes every check. */
  addMedication(orderId: string, patientId: string, { system, code }: Code, overridden: boolean): void {
    currentUnitOfWork().enlist({
      call: 'write.add_medication($1::uuid, $2::uuid, $3::text, $4::text, $5::boolean)',
      values: [orderId, patientId, system, code, overridden],
      onViolation: (constraint) => refusals[constraint]?.(),
    });
  }

  addAllergy(allergyId: string, patientId: string, { system, code }: Code): void {
    currentUnitOfWork().enlist({
      call: 'write.add_allergy($1::uuid, $2::uuid, $3::text, $4::text)',
      values: [allergyId, patientId, system, code],
    });
  }

  /** The entry no longer counts. */
  remove(entryId: string): void {
    currentUnitOfWork().enlist({ call: 'write.remove_prescribing_fact($1::uuid)', values: [entryId] });
  }

  /** Orders of the patient that are active or on hold. */
  async ordersInUse(patientId: string): Promise<string[]> {
    const rows = await this.database.query<{ entry_id: string }>(orders, [patientId], 'loads');
    return rows.map((row) => row.entry_id);
  }
}
