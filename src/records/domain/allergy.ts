import type { Instant } from '../../event-sourcing/index.js';
import { type AllergyDetails, AllergyEnteredInError, AllergyRecorded } from '../events/allergy-events.js';
import type { Code } from '../events/code.js';
import type { DateOrInstant } from '../events/entry.js';
import { ClinicalEntry } from './clinical-entry.js';
import { codeOf } from './codes.js';
import { effectiveInstant, mustHaveHappened } from './effective-time.js';

/** `recordedDate`: when it was first entered, elsewhere. Where the onset is not known, it is effective from then. */
export type NewAllergy = Pick<AllergyDetails, 'code'> &
  Partial<AllergyDetails> & { readonly encounterId?: string; readonly recordedDate?: DateOrInstant };

/** What a patient must not be given, or not be exposed to. */
export class Allergy extends ClinicalEntry {
  static override readonly streamType = 'records.allergy';
  static override readonly events = [AllergyRecorded, AllergyEnteredInError];

  code!: Code;
  /** Counts against new prescriptions. */
  active = false;

  static record(id: string, patientId: string, given: NewAllergy, now: Instant): Allergy {
    const allergy = new Allergy(id);
    const onset = given.onset === undefined ? undefined : mustHaveHappened(given.onset, now, '/onset');
    const recordedDate =
      given.recordedDate === undefined ? undefined : mustHaveHappened(given.recordedDate, now, '/recordedDate');
    const verificationStatus = given.verificationStatus ?? 'confirmed';

    allergy.apply(
      new AllergyRecorded({
        patientId,
        effectiveAt: effectiveInstant(onset ?? recordedDate ?? now, now),
        encounterId: given.encounterId,
        code: codeOf(given.code, '/code'),
        type: given.type,
        category: given.category ?? [],
        criticality: given.criticality,
        clinicalStatus: given.clinicalStatus ?? (verificationStatus === 'refuted' ? 'inactive' : 'active'),
        verificationStatus,
        onset,
        reactions: (given.reactions ?? []).map(({ manifestation, severity, onset: since }, i) => ({
          manifestation: codeOf(manifestation, `/reactions/${i}/manifestation`),
          severity,
          onset: since === undefined ? undefined : mustHaveHappened(since, now, `/reactions/${i}/onset`),
        })),
      }),
    );
    return allergy;
  }

  protected override withdraw(reason: string): void {
    this.apply(new AllergyEnteredInError({ patientId: this.patientId, reason }));
  }

  protected onAllergyRecorded({ data }: AllergyRecorded): void {
    this.patientId = data.patientId;
    this.code = data.code;
    this.active = data.clinicalStatus === 'active' && data.verificationStatus !== 'refuted';
  }

  protected onAllergyEnteredInError(): void {
    this.enteredInError = true;
    this.active = false;
  }
}
