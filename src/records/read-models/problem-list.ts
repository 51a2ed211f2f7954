import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { Projects } from '../../event-sourcing/index.js';
import {
  type ConditionDetails,
  ConditionEnteredInError,
  ConditionRecorded,
  ConditionResolved,
  type ConditionVerificationStatus,
} from '../events/condition-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

/** What was entered in error has no clinical status (FHIR R4, con-5). */
export interface ConditionDocument
  extends EntryDocument, Omit<ConditionDetails, 'clinicalStatus' | 'verificationStatus'> {
  readonly clinicalStatus?: ConditionDetails['clinicalStatus'];
  readonly verificationStatus: ConditionVerificationStatus | 'entered-in-error';
}

@Entity({ schema: 'read', name: 'problem_list' })
export class ProblemList extends EntryRow<ConditionDocument> {}

@EventsHandler(ConditionRecorded, ConditionResolved, ConditionEnteredInError)
@Projects(ProblemList, { version: 1 })
export class ProblemListProjection extends EntryProjection<ConditionDocument> {
  protected override belongsInChart = (entry: ConditionDocument) => entry.verificationStatus !== 'refuted';

  onConditionRecorded(_row: undefined, event: ConditionRecorded) {
    const { effectiveAt, code, clinicalStatus, verificationStatus, severity, onset, abatement } = event.data;
    const details = { code, clinicalStatus, verificationStatus, severity, onset, abatement };
    return this.recorded(event, effectiveAt, details);
  }

  onConditionResolved(row: ProblemList, event: ConditionResolved) {
    return this.changed(row, event, { clinicalStatus: 'resolved', abatement: event.data.abatement });
  }

  onConditionEnteredInError(row: ProblemList, event: ConditionEnteredInError) {
    return this.withdrawn(row, event, { clinicalStatus: undefined, verificationStatus: 'entered-in-error' });
  }
}
