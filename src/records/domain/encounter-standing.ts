import { Facts, refused } from '../../event-sourcing/index.js';
import { EncounterStarted, type EncounterStatus } from '../events/encounter-events.js';

/**
 * Whether an encounter takes entries. Guarded: an entry commits only if the encounter was not finished or withdrawn meanwhile.
 */
export class EncounterStanding extends Facts {
  static readonly of = 'encounter';
  static readonly begins = [EncounterStarted];
  static readonly guarded = true;

  private patientId = '';
  private status: EncounterStatus = 'planned';

  /** As history it takes what belongs to it after it is finished too. */
  mustTakeEntriesOf(patientId: string, asHistory = false): void {
    if (this.patientId !== patientId) {
      throw refused('encounter-of-another-patient', 'This encounter is of another patient.');
    }
    if (this.status === 'finished' && !asHistory) {
      throw refused('encounter-finished', 'This encounter is finished: it takes no more entries.');
    }
    if (this.status === 'entered-in-error') {
      throw refused('encounter-entered-in-error', 'This encounter was entered in error: it takes no entries.');
    }
  }

  onEncounterStarted({ data }: EncounterStarted): void {
    this.patientId = data.patientId;
    this.status = 'in-progress';
  }

  onEncounterFinished(): void {
    this.status = 'finished';
  }

  onEncounterEnteredInError(): void {
    this.status = 'entered-in-error';
  }
}
