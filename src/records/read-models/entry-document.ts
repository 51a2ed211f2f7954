import type { Instant } from '../../event-sourcing/index.js';
import type { EnteredInError } from '../events/entry.js';

/** What every entry is served with. */
export interface EntryDocument {
  readonly id: string;
  readonly patientId: string;
  readonly encounterId?: string;
  readonly effectiveAt: Instant;
  readonly recordedAt: Instant;
  /** Who recorded it: the subject of their token. */
  readonly recordedBy: string;
  readonly version: number;
  /** Why it should never have been made. */
  readonly enteredInError?: { readonly reason: EnteredInError['reason']; readonly at: Instant };
}
