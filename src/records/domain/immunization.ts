import { type Instant, invalid } from '../../event-sourcing/index.js';
import {
  type ImmunizationDetails,
  ImmunizationEnteredInError,
  ImmunizationRecorded,
  type ImmunizationStatus,
} from '../events/immunization-events.js';
import type { DateOrInstant } from '../events/entry.js';
import { ClinicalEntry } from './clinical-entry.js';
import { codeOf, optionalCodeOf } from './codes.js';
import { effectiveInstant, mustHaveHappened } from './effective-time.js';
import { optionalQuantityOf } from './quantity.js';
import type { Transitions } from './transitions.js';

export const immunizationTransitions: Transitions<ImmunizationStatus> = {
  completed: ['entered-in-error'],
  'not-done': ['entered-in-error'],
  'entered-in-error': [],
};

export type NewImmunization = Omit<ImmunizationDetails, 'primarySource'> &
  Partial<Pick<ImmunizationDetails, 'primarySource'>> & {
    readonly occurredAt: DateOrInstant;
    readonly encounterId?: string;
  };

/** A vaccine was given. */
export class Immunization extends ClinicalEntry {
  static override readonly streamType = 'records.immunization';
  static override readonly events = [ImmunizationRecorded, ImmunizationEnteredInError];

  status: ImmunizationStatus = 'completed';

  static record(id: string, patientId: string, given: NewImmunization, now: Instant): Immunization {
    const immunization = new Immunization(id);
    if (given.doseNumber !== undefined && !(Number.isInteger(given.doseNumber) && given.doseNumber > 0)) {
      throw invalid('invalid-value', 'Doses are counted from 1.', '/doseNumber');
    }
    immunization.apply(
      new ImmunizationRecorded({
        patientId,
        effectiveAt: effectiveInstant(mustHaveHappened(given.occurredAt, now, '/occurredAt'), now),
        encounterId: given.encounterId,
        status: 'completed',
        code: codeOf(given.code, '/code'),
        lotNumber: given.lotNumber,
        doseNumber: given.doseNumber,
        dose: optionalQuantityOf(given.dose, '/dose'),
        site: optionalCodeOf(given.site, '/site'),
        route: optionalCodeOf(given.route, '/route'),
        performerId: given.performerId,
        primarySource: given.primarySource ?? true,
      }),
    );
    return immunization;
  }

  protected override withdraw(reason: string): void {
    this.apply(new ImmunizationEnteredInError({ patientId: this.patientId, reason }));
  }

  protected onImmunizationRecorded({ data }: ImmunizationRecorded): void {
    this.patientId = data.patientId;
    this.status = data.status;
  }

  protected onImmunizationEnteredInError(): void {
    this.status = 'entered-in-error';
    this.enteredInError = true;
  }
}
