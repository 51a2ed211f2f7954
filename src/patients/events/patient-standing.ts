import { Facts, type Instant, refused } from '../../event-sourcing/index.js';
import type { PatientDeceased } from './patient-death.js';
import { PatientRegistered } from './patient-registered.js';

/**
 * What other modules need to know of a patient before they write something about them. Loaded beside one's own stream:
 *
 *     const [standing, appointment] = await this.streams.load([PatientStanding, patientId], [Appointment, id]);
 *
 * Guarded: the command commits only if the patient's stream did not move meanwhile.
 */
export class PatientStanding extends Facts {
  static readonly of = 'patient';
  static readonly begins = [PatientRegistered];
  static readonly guarded = true;

  deceasedAt?: Instant;
  enteredInError = false;

  /** Alive, and registered rightly. */
  get active(): boolean {
    return !this.enteredInError && this.deceasedAt === undefined;
  }

  /** Entries about a deceased patient are fine: charts are completed after a death. */
  mustAcceptEntries(): void {
    if (this.enteredInError) {
      throw refused(
        'patient-entered-in-error',
        'This patient was entered in error: nothing more is recorded for them.',
      );
    }
  }

  /** Refuses what only the living do. With `at`, the patient must have been alive at that moment. */
  mustBeAlive(at?: Instant): void {
    this.mustAcceptEntries();
    if (this.deceasedAt !== undefined && (at === undefined || at > this.deceasedAt)) {
      throw refused('patient-deceased', 'This patient has died.');
    }
  }

  onPatientDeceased({ data }: PatientDeceased): void {
    this.deceasedAt = data.deceasedAt;
  }

  onPatientDeathReverted(): void {
    this.deceasedAt = undefined;
  }

  onPatientMarkedEnteredInError(): void {
    this.enteredInError = true;
  }
}
