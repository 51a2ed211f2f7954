import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import { AllergyEnteredInError, AllergyRecorded } from '../events/allergy-events.js';
import type { Code } from '../events/code.js';
import { ConditionEnteredInError, ConditionRecorded, ConditionResolved } from '../events/condition-events.js';
import { EncounterEnteredInError, EncounterFinished, EncounterStarted } from '../events/encounter-events.js';
import type { EntryType, OfPatient } from '../events/entry.js';
import { ImmunizationEnteredInError, ImmunizationRecorded } from '../events/immunization-events.js';
import {
  MedicationHeld,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  MedicationStopped,
} from '../events/medication-events.js';
import { ObservationsEnteredInError, ObservationsRecorded } from '../events/observation-events.js';
import { titleOf, titleOfPanel } from './titles.js';

/** One line of a patient's history. */
export interface TimelineItem {
  readonly id: string;
  readonly type: EntryType;
  readonly effectiveAt: Instant;
  readonly recordedAt: Instant;
  readonly encounterId?: string;
  /** What it is, for people. */
  readonly title: string;
  readonly code?: Code;
  readonly status: string;
  readonly enteredInError: boolean;
}

@Entity({ schema: 'read', name: 'timeline' })
export class Timeline {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'uuid', name: 'patient_id' })
  patientId!: string;

  /** Of an encounter itself: its own id. */
  @Column({ type: 'uuid', name: 'encounter_id', nullable: true })
  encounterId!: string | null;

  @Column({ type: 'text' })
  type!: EntryType;

  @Column({ type: 'timestamptz', name: 'effective_at' })
  effectiveAt!: Instant;

  @Column({ type: 'boolean', name: 'entered_in_error' })
  enteredInError!: boolean;

  @Column({ type: 'jsonb' })
  item!: TimelineItem;
}

@EventsHandler(
  EncounterStarted,
  EncounterFinished,
  EncounterEnteredInError,
  ConditionRecorded,
  ConditionResolved,
  ConditionEnteredInError,
  AllergyRecorded,
  AllergyEnteredInError,
  MedicationPrescribed,
  MedicationHeld,
  MedicationStopped,
  MedicationOrderEnteredInError,
  ObservationsRecorded,
  ObservationsEnteredInError,
  ImmunizationRecorded,
  ImmunizationEnteredInError,
)
@Projects(Timeline, { version: 1 })
export class TimelineProjection extends Projection<Timeline> {
  onEncounterStarted(_row: undefined, event: EncounterStarted) {
    const { start, type, reason } = event.data;
    const code = type ?? reason;
    const title = code ? titleOf(code) : `Encounter (${event.data.class})`;
    return line(event, { type: 'encounter', effectiveAt: start, title, code, status: 'in-progress' });
  }

  onConditionRecorded(_row: undefined, event: ConditionRecorded) {
    const { effectiveAt, encounterId, code, clinicalStatus: status } = event.data;
    return line(event, { type: 'condition', effectiveAt, encounterId, title: titleOf(code), code, status });
  }

  onAllergyRecorded(_row: undefined, event: AllergyRecorded) {
    const { effectiveAt, encounterId, code, clinicalStatus: status } = event.data;
    return line(event, { type: 'allergy', effectiveAt, encounterId, title: titleOf(code), code, status });
  }

  onMedicationPrescribed(_row: undefined, event: MedicationPrescribed) {
    const { effectiveAt, encounterId, code, status } = event.data;
    return line(event, { type: 'medication-order', effectiveAt, encounterId, title: titleOf(code), code, status });
  }

  onObservationsRecorded(_row: undefined, event: ObservationsRecorded) {
    const { effectiveAt, encounterId, code, status } = event.data;
    const title = titleOfPanel(event.data);
    return line(event, { type: 'observation', effectiveAt, encounterId, title, code, status });
  }

  onImmunizationRecorded(_row: undefined, event: ImmunizationRecorded) {
    const { effectiveAt, encounterId, code, status } = event.data;
    return line(event, { type: 'immunization', effectiveAt, encounterId, title: titleOf(code), code, status });
  }

  onEncounterFinished = (row: Timeline) => withStatus(row, 'finished');
  onConditionResolved = (row: Timeline) => withStatus(row, 'resolved');
  onMedicationHeld = (row: Timeline) => withStatus(row, 'on-hold');
  onMedicationStopped = (row: Timeline) => withStatus(row, 'stopped');

  onEncounterEnteredInError = withdrawn;
  onConditionEnteredInError = withdrawn;
  onAllergyEnteredInError = withdrawn;
  onMedicationOrderEnteredInError = withdrawn;
  onObservationsEnteredInError = withdrawn;
  onImmunizationEnteredInError = withdrawn;
}

type Line = Pick<TimelineItem, 'type' | 'effectiveAt' | 'encounterId' | 'title' | 'code' | 'status'>;

function line({ data, recorded }: DomainEvent<OfPatient>, own: Line): Timeline {
  const { streamId: id, recordedAt } = recorded;
  const { type, effectiveAt } = own;
  const encounterId = type === 'encounter' ? id : (own.encounterId ?? null);
  const item = { ...own, id, recordedAt, enteredInError: false };
  return { id, patientId: data.patientId, encounterId, type, effectiveAt, enteredInError: false, item };
}

const withStatus = (row: Timeline, status: string): Timeline => ({ ...row, item: { ...row.item, status } });

function withdrawn(row: Timeline): Timeline {
  return { ...row, enteredInError: true, item: { ...row.item, status: 'entered-in-error', enteredInError: true } };
}
