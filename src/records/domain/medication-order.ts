import type { Instant } from '../../event-sourcing/index.js';
import type { Code } from '../events/code.js';
import {
  MedicationHeld,
  type MedicationDetails,
  MedicationOrderEnteredInError,
  MedicationPrescribed,
  type MedicationStatus,
  MedicationStopped,
  type PrescribedStatus,
} from '../events/medication-events.js';
import { ClinicalEntry } from './clinical-entry.js';
import { codeOf, optionalCodeOf } from './codes.js';
import { mustHaveHappened, mustNotEndBefore } from './effective-time.js';
import { optionalQuantityOf } from './quantity.js';
import { mayBecome, type Transitions } from './transitions.js';

export const medicationTransitions: Transitions<MedicationStatus> = {
  draft: ['active', 'cancelled', 'entered-in-error'],
  active: ['on-hold', 'completed', 'stopped', 'cancelled', 'entered-in-error'],
  'on-hold': ['active', 'completed', 'stopped', 'cancelled', 'entered-in-error'],
  completed: ['entered-in-error'],
  stopped: ['entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
};

export type NewMedicationOrder = MedicationDetails & {
  readonly status?: PrescribedStatus;
  readonly authoredOn?: Instant;
  readonly encounterId?: string;
};

/** That a patient is to be given a medication. */
export class MedicationOrder extends ClinicalEntry {
  static override readonly streamType = 'records.medication-order';
  static override readonly events = [
    MedicationPrescribed,
    MedicationHeld,
    MedicationStopped,
    MedicationOrderEnteredInError,
  ];

  status: MedicationStatus = 'draft';
  code!: Code;
  private encounterId?: string;
  private authoredOn: Instant = '';

  static prescribe(id: string, patientId: string, given: NewMedicationOrder, now: Instant): MedicationOrder {
    const order = new MedicationOrder(id);
    const { dosage } = given;
    order.apply(
      new MedicationPrescribed({
        patientId,
        effectiveAt: mustHaveHappened(given.authoredOn ?? now, now, '/authoredOn'),
        encounterId: given.encounterId,
        code: codeOf(given.code, '/code'),
        status: given.status ?? 'active',
        dosage: dosage && {
          text: dosage.text,
          dose: optionalQuantityOf(dosage.dose, '/dosage/dose'),
          route: optionalCodeOf(dosage.route, '/dosage/route'),
          asNeeded: dosage.asNeeded,
        },
        prescriberId: given.prescriberId,
        overrideReason: given.overrideReason,
      }),
    );
    return order;
  }

  /** In use, or about to be again: what other prescriptions are checked against. */
  get inUse(): boolean {
    return this.status === 'active' || this.status === 'on-hold';
  }

  hold(reason: string, now: Instant): void {
    this.must(
      mayBecome(medicationTransitions, this.status, 'on-hold'),
      'medication-not-active',
      'Only an active order can be held.',
    );
    this.apply(new MedicationHeld({ ...this.asOf(now), reason }));
  }

  stop(reason: string, stoppedAt: Instant | undefined, now: Instant): void {
    this.must(
      mayBecome(medicationTransitions, this.status, 'stopped'),
      'medication-not-active',
      'Only an active or held order can be stopped.',
    );
    const at = mustHaveHappened(stoppedAt ?? now, now, '/stoppedAt');
    if (stoppedAt !== undefined) mustNotEndBefore(this.authoredOn, at, '/stoppedAt');
    this.apply(new MedicationStopped({ ...this.asOf(at), reason }));
  }

  protected override withdraw(reason: string): void {
    this.apply(new MedicationOrderEnteredInError({ patientId: this.patientId, reason }));
  }

  private asOf(effectiveAt: Instant) {
    return { patientId: this.patientId, effectiveAt, encounterId: this.encounterId };
  }

  protected onMedicationPrescribed({ data }: MedicationPrescribed): void {
    this.patientId = data.patientId;
    this.encounterId = data.encounterId;
    this.authoredOn = data.effectiveAt;
    this.code = data.code;
    this.status = data.status;
  }

  protected onMedicationHeld(): void {
    this.status = 'on-hold';
  }

  protected onMedicationStopped(): void {
    this.status = 'stopped';
  }

  protected onMedicationOrderEnteredInError(): void {
    this.status = 'entered-in-error';
    this.enteredInError = true;
  }
}
