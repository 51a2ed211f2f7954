import { EventsHandler } from '@nestjs/cqrs';
import { Entity } from 'typeorm';
import { type Instant, Projects } from '../../event-sourcing/index.js';
import {
  type EncounterDetails,
  EncounterEnteredInError,
  EncounterFinished,
  EncounterStarted,
  type EncounterStatus,
} from '../events/encounter-events.js';
import type { EntryDocument } from './entry-document.js';
import { EntryProjection } from './entry-projection.js';
import { EntryRow } from './entry-row.js';

export interface EncounterDocument extends EntryDocument, EncounterDetails {
  readonly status: EncounterStatus;
  readonly end?: Instant;
}

@Entity({ schema: 'read', name: 'encounter_list' })
export class EncounterList extends EntryRow<EncounterDocument> {}

@EventsHandler(EncounterStarted, EncounterFinished, EncounterEnteredInError)
@Projects(EncounterList, { version: 1 })
export class EncounterListProjection extends EntryProjection<EncounterDocument> {
  protected override belongsInChart = () => true;

  onEncounterStarted(_row: undefined, event: EncounterStarted) {
    const { class: encounterClass, start, practitionerId, appointmentId, type, reason } = event.data;
    const details = { class: encounterClass, start, practitionerId, appointmentId, type, reason };
    return this.recorded(event, start, { ...details, status: 'in-progress' });
  }

  onEncounterFinished(row: EncounterList, event: EncounterFinished) {
    return this.changed(row, event, { status: 'finished', end: event.data.end });
  }

  onEncounterEnteredInError(row: EncounterList, event: EncounterEnteredInError) {
    return this.withdrawn(row, event, { status: 'entered-in-error' });
  }
}
