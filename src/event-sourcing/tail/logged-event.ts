import type { DomainEvent, EventMetadata } from '../domain-event.js';
import { type EventCatalogue, UnreadableEvent } from '../event-catalogue.js';
import type { LogRow } from './log.js';

/** A row of the log, revived by the first who handles its type, once for all of them. */
export class LoggedEvent {
  private event?: DomainEvent;

  constructor(
    readonly row: LogRow,
    private readonly catalogue: EventCatalogue,
  ) {}

  /** It came without its data, which is read alone: see `Log.at`. */
  get isLarge(): boolean {
    return this.row.data === undefined;
  }

  /** @throws UnreadableEvent when this build cannot revive it. */
  revive(): DomainEvent {
    return (this.event ??= this.revived());
  }

  private revived(): DomainEvent {
    const { type, schemaVersion, data, metadata, streamId, streamVersion, position, eventId, recordedAt } = this.row;
    if (data === undefined) throw new Error(`The data of the event at ${position} has not been read`);
    const known = JSON.parse(metadata) as EventMetadata | null;
    if (known === null || typeof known !== 'object') {
      throw new UnreadableEvent(type, schemaVersion, 'its metadata is no object');
    }
    return this.catalogue.revive(type, schemaVersion, JSON.parse(data) as Record<string, unknown>).recordedAs({
      streamId,
      streamVersion,
      position,
      eventId,
      recordedAt,
      metadata: known,
    });
  }
}
