import { type Instant, invalid } from '../../event-sourcing/index.js';
import {
  type ConditionClinicalStatus,
  type ConditionDetails,
  ConditionEnteredInError,
  ConditionRecorded,
  ConditionResolved,
} from '../events/condition-events.js';
import type { DateOrInstant } from '../events/entry.js';
import { ClinicalEntry } from './clinical-entry.js';
import { codeOf } from './codes.js';
import { effectiveInstant, mustHaveHappened, mustNotEndBefore } from './effective-time.js';
import { mayBecome, type Transitions } from './transitions.js';

export const conditionTransitions: Transitions<ConditionClinicalStatus> = {
  active: ['inactive', 'remission', 'resolved'],
  recurrence: ['inactive', 'remission', 'resolved'],
  relapse: ['inactive', 'remission', 'resolved'],
  inactive: ['active', 'recurrence', 'relapse'],
  remission: ['active', 'recurrence', 'relapse'],
  resolved: ['active', 'recurrence', 'relapse'],
};

/** `recordedDate`: when it was first entered, elsewhere. Where the onset is not known, it is effective from then. */
export type NewCondition = Pick<ConditionDetails, 'code'> &
  Partial<ConditionDetails> & { readonly encounterId?: string; readonly recordedDate?: DateOrInstant };

/** A problem, diagnosis or finding that matters over time. */
export class Condition extends ClinicalEntry {
  static override readonly streamType = 'records.condition';
  static override readonly events = [ConditionRecorded, ConditionResolved, ConditionEnteredInError];

  clinicalStatus: ConditionClinicalStatus = 'active';
  private encounterId?: string;
  private onset?: DateOrInstant;

  static record(id: string, patientId: string, given: NewCondition, now: Instant): Condition {
    const condition = new Condition(id);
    const onset = given.onset === undefined ? undefined : mustHaveHappened(given.onset, now, '/onset');
    const abatement = given.abatement === undefined ? undefined : mustHaveHappened(given.abatement, now, '/abatement');
    const recordedDate =
      given.recordedDate === undefined ? undefined : mustHaveHappened(given.recordedDate, now, '/recordedDate');
    const verificationStatus = given.verificationStatus ?? 'confirmed';
    const clinicalStatus = given.clinicalStatus ?? impliedStatus(abatement, verificationStatus === 'refuted');

    if (abatement !== undefined) {
      if (isActive(clinicalStatus)) {
        throw invalid('active-condition-abated', 'An active condition has not abated.', '/abatement');
      }
      if (onset !== undefined) mustNotEndBefore(onset, abatement, '/abatement');
    }
    condition.apply(
      new ConditionRecorded({
        patientId,
        effectiveAt: effectiveInstant(onset ?? recordedDate ?? now, now),
        encounterId: given.encounterId,
        code: codeOf(given.code, '/code'),
        clinicalStatus,
        verificationStatus,
        severity: given.severity,
        onset,
        abatement,
      }),
    );
    return condition;
  }

  resolve(abatement: DateOrInstant | undefined, now: Instant): void {
    this.must(
      !this.enteredInError && mayBecome(conditionTransitions, this.clinicalStatus, 'resolved'),
      'condition-not-active',
      'Only an active condition can be resolved.',
    );
    const ended = mustHaveHappened(abatement ?? now, now, '/abatement');
    if (abatement !== undefined && this.onset !== undefined) mustNotEndBefore(this.onset, ended, '/abatement');
    this.apply(
      new ConditionResolved({
        patientId: this.patientId,
        effectiveAt: effectiveInstant(ended, now),
        encounterId: this.encounterId,
        abatement: ended,
      }),
    );
  }

  protected override withdraw(reason: string): void {
    this.apply(new ConditionEnteredInError({ patientId: this.patientId, reason }));
  }

  protected onConditionRecorded({ data }: ConditionRecorded): void {
    this.patientId = data.patientId;
    this.encounterId = data.encounterId;
    this.clinicalStatus = data.clinicalStatus;
    this.onset = data.onset;
  }

  protected onConditionResolved(): void {
    this.clinicalStatus = 'resolved';
  }

  protected onConditionEnteredInError(): void {
    this.enteredInError = true;
  }
}

export const isActive = (status: ConditionClinicalStatus) => mayBecome(conditionTransitions, status, 'resolved');

function impliedStatus(abatement: DateOrInstant | undefined, refuted: boolean): ConditionClinicalStatus {
  if (abatement !== undefined) return 'resolved';
  return refuted ? 'inactive' : 'active';
}
