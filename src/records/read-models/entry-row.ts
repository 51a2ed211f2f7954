import { Column, PrimaryColumn } from 'typeorm';
import type { Instant } from '../../event-sourcing/index.js';
import type { EntryDocument } from './entry-document.js';

/** One entry as it is served, and what charts find and sort it by. */
export abstract class EntryRow<Document extends EntryDocument = EntryDocument> {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'uuid', name: 'patient_id' })
  patientId!: string;

  /** False for what was entered in error, and for what no longer concerns who reads the chart. */
  @Column({ type: 'boolean', name: 'in_chart' })
  inChart!: boolean;

  @Column({ type: 'timestamptz', name: 'effective_at' })
  effectiveAt!: Instant;

  @Column({ type: 'jsonb' })
  entry!: Document;
}
