import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { type Instant, Projects } from '../../event-sourcing/index.js';
import {
  MedicationHeld,
  type MedicationDetails,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  type MedicationStatus,
  MedicationStopped,
} from '../events/medication-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

export interface MedicationOrderDocument extends EntryDocument, MedicationDetails {
  readonly status: MedicationStatus;
  readonly authoredOn: Instant;
  /** Why it is on hold, or was stopped. */
  readonly statusReason?: string;
  readonly stoppedAt?: Instant;
}

/** The chart shows what is given or about to be; the timeline keeps the rest. */
const CURRENT: readonly MedicationStatus[] = ['draft', 'active', 'on-hold'];

@Entity({ schema: 'read', name: 'medication_list' })
export class MedicationList extends EntryRow<MedicationOrderDocument> {}

@EventsHandler(MedicationPrescribed, MedicationHeld, MedicationStopped, MedicationOrderEnteredInError)
@Projects(MedicationList, { version: 1 })
export class MedicationListProjection extends EntryProjection<MedicationOrderDocument> {
  protected override belongsInChart = ({ status }: MedicationOrderDocument) => CURRENT.includes(status);

  onMedicationPrescribed(_row: undefined, event: MedicationPrescribed) {
    const { effectiveAt, code, status, dosage, prescriberId, overrideReason } = event.data;
    const details = { code, status, dosage, prescriberId, overrideReason };
    return this.recorded(event, effectiveAt, { ...details, authoredOn: effectiveAt });
  }

  onMedicationHeld(row: MedicationList, event: MedicationHeld) {
    return this.changed(row, event, { status: 'on-hold', statusReason: event.data.reason });
  }

  onMedicationStopped(row: MedicationList, event: MedicationStopped) {
    const { reason, effectiveAt } = event.data;
    return this.changed(row, event, { status: 'stopped', statusReason: reason, stoppedAt: effectiveAt });
  }

  onMedicationOrderEnteredInError(row: MedicationList, event: MedicationOrderEnteredInError) {
    return this.withdrawn(row, event, { status: 'entered-in-error' });
  }
}
