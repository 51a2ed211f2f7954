import { Injectable } from '@nestjs/common';
import type { DomainEvent, Instant } from './domain-event.js';
import { EventStore } from './store/event-store.js';
import type { Projection } from './projections/projection.js';

/** Answers queries about a past moment: the fold of the log up to then. The only way for a query handler into the write side. */
@Injectable()
export class AsOf {
  constructor(private readonly store: EventStore) {}

  /** Events of the streams recorded up to `moment` (inclusive; all when undefined), in the order of the log. */
  events(streamIds: readonly string[], moment?: Instant): Promise<DomainEvent[]> {
    return this.store.recordedEvents(streamIds, moment);
  }

  /** The row of a projection as it was at `moment`, folded by the same methods that keep the read table. */
  async row<Row extends object>(
    projection: Projection<Row>,
    key: string,
    streamIds: readonly string[],
    moment: Instant,
  ): Promise<Row | undefined> {
    const events = await this.events(streamIds, moment);
    return projection.fold(
      events.filter((event) => projection.handles(event) && projection.keysOf(event).includes(key)),
      key,
    );
  }
}
