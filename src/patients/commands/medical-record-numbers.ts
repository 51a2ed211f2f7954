import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { medicalRecordNumber } from '../domain/medical-record-number.js';
import type { Identifier } from '../events/identifier.js';

/** Part of the meaning of what the sequence counts: changing it would give out numbers twice. */
const BLOCK_SIZE = 100;
const nextBlock = sql`select nextval('write.medical_record_number_blocks')::int as block`;

/**
 * Gives out medical record numbers. A process takes a block of them at a time (hi-lo), so that a registration waits for no round
 * trip of its own; what is left of a block when the process ends is never used.
 */
@Injectable()
export class MedicalRecordNumbers {
  private next = 0;
  private end = 0;
  private refill?: Promise<void>;

  constructor(private readonly database: Database) {}

  async take(): Promise<Identifier> {
    while (this.next === this.end) {
      this.refill ??= this.takeBlock().finally(() => (this.refill = undefined));
      await this.refill;
    }
    return medicalRecordNumber(this.next++);
  }

  private async takeBlock(): Promise<void> {
    const [row] = await this.database.query<{ block: number }>(nextBlock, [], 'commands');
    if (!row) throw new Error('The sequence of medical record numbers gave no block');
    this.next = row.block * BLOCK_SIZE;
    this.end = this.next + BLOCK_SIZE;
  }
}
