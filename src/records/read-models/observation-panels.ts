import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { Projects } from '../../event-sourcing/index.js';
import {
  type ObservationsDetails,
  ObservationsEnteredInError,
  ObservationsRecorded,
  type ObservationStatus,
} from '../events/observation-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

export interface ObservationSetDocument extends EntryDocument, ObservationsDetails {
  readonly status: ObservationStatus;
}

@Entity({ schema: 'read', name: 'observation_panels' })
export class ObservationPanels extends EntryRow<ObservationSetDocument> {}

@EventsHandler(ObservationsRecorded, ObservationsEnteredInError)
@Projects(ObservationPanels, { version: 1 })
export class ObservationPanelsProjection extends EntryProjection<ObservationSetDocument> {
  protected override belongsInChart = () => true;

  onObservationsRecorded(_row: undefined, event: ObservationsRecorded) {
    const { effectiveAt, status, code, observations } = event.data;
    return this.recorded(event, effectiveAt, { status, code, observations });
  }

  onObservationsEnteredInError(row: ObservationPanels, event: ObservationsEnteredInError) {
    return this.withdrawn(row, event, { status: 'entered-in-error' });
  }
}
