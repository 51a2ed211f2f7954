import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { Projects } from '../../event-sourcing/index.js';
import {
  type AllergyDetails,
  AllergyEnteredInError,
  AllergyRecorded,
  type AllergyVerificationStatus,
} from '../events/allergy-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

/** What was entered in error has no clinical status (FHIR R4, ait-2). */
export interface AllergyDocument extends EntryDocument, Omit<AllergyDetails, 'clinicalStatus' | 'verificationStatus'> {
  readonly clinicalStatus?: AllergyDetails['clinicalStatus'];
  readonly verificationStatus: AllergyVerificationStatus | 'entered-in-error';
}

@Entity({ schema: 'read', name: 'allergy_list' })
export class AllergyList extends EntryRow<AllergyDocument> {}

@EventsHandler(AllergyRecorded, AllergyEnteredInError)
@Projects(AllergyList, { version: 1 })
export class AllergyListProjection extends EntryProjection<AllergyDocument> {
  protected override belongsInChart = (entry: AllergyDocument) => entry.verificationStatus !== 'refuted';

  onAllergyRecorded(_row: undefined, event: AllergyRecorded) {
    const { code, type, category, criticality, clinicalStatus, verificationStatus, onset, reactions } = event.data;
    const details = { code, type, category, criticality, clinicalStatus, verificationStatus, onset, reactions };
    return this.recorded(event, event.data.effectiveAt, details);
  }

  onAllergyEnteredInError(row: AllergyList, event: AllergyEnteredInError) {
    return this.withdrawn(row, event, { clinicalStatus: undefined, verificationStatus: 'entered-in-error' });
  }
}
