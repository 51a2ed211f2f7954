import { Aggregate, refused } from '../../event-sourcing/index.js';

/** What the entries of a chart have in common: one patient each, and a way out that leaves a trace. */
export abstract class ClinicalEntry extends Aggregate {
  patientId = '';
  enteredInError = false;

  /** The entry should never have been made. Final: nothing follows it. */
  markEnteredInError(reason: string): void {
    if (this.enteredInError) {
      throw refused('already-entered-in-error', 'It is marked as entered in error already.');
    }
    this.withdraw(reason);
  }

  /** Applies the entry's own event. */
  protected abstract withdraw(reason: string): void;
}
