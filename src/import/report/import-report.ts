import type { Derived } from '../replay/patient-replay.js';
import { type Place, type Result, Tally } from './tally.js';

export interface Unreadable {
  readonly file: string;
  readonly code: string;
  readonly place?: string;
}

/** What an import has done. */
export class ImportReport {
  /** By resource type: every resource of every file that could be read, once. */
  readonly resources = new Tally();
  /** What is made of resources beside: the appointment of an encounter, the death of a patient. */
  readonly derived = new Tally();
  readonly unreadable: Unreadable[] = [];
  filesRead = 0;
  /** Why it ended before it was through. */
  stopped?: string;

  derive(of: Derived, result: Result, place: Place): void {
    // Appointments that were refused are no failure, and still to be seen one by one.
    if (of === 'Appointment' && result.outcome === 'skipped' && !EXPECTED.has(result.code)) {
      this.derived.refuse(of, result.code ?? '', place);
    } else this.derived.add(of, result, place);
  }

  get succeeded(): boolean {
    return (
      this.stopped === undefined &&
      this.unreadable.length === 0 &&
      this.resources.failures.length === 0 &&
      this.derived.failures.length === 0
    );
  }
}

const EXPECTED = new Set<string | undefined>(['no practitioner', 'refused by an earlier import']);
