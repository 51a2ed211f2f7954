import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { type Instant, Projects } from '../../event-sourcing/index.js';
import {
  type ImmunizationDetails,
  ImmunizationEnteredInError,
  ImmunizationRecorded,
  type ImmunizationStatus,
} from '../events/immunization-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

export interface ImmunizationDocument extends EntryDocument, ImmunizationDetails {
  readonly status: ImmunizationStatus;
  readonly occurredAt: Instant;
}

@Entity({ schema: 'read', name: 'immunization_list' })
export class ImmunizationList extends EntryRow<ImmunizationDocument> {}

@EventsHandler(ImmunizationRecorded, ImmunizationEnteredInError)
@Projects(ImmunizationList, { version: 1 })
export class ImmunizationListProjection extends EntryProjection<ImmunizationDocument> {
  protected override belongsInChart = () => true;

  onImmunizationRecorded(_row: undefined, event: ImmunizationRecorded) {
    const { effectiveAt, status, code, lotNumber, doseNumber, dose, site, route, performerId, primarySource } =
      event.data;
    const details = { status, code, lotNumber, doseNumber, dose, site, route, performerId, primarySource };
    return this.recorded(event, effectiveAt, { ...details, occurredAt: effectiveAt });
  }

  onImmunizationEnteredInError(row: ImmunizationList, event: ImmunizationEnteredInError) {
    return this.withdrawn(row, event, { status: 'entered-in-error' });
  }
}
