import type { DomainEvent } from '../domain-event.js';

export type RowKey = string;

/**
 * A read model kept by events. A subclass carries Nest's `@EventsHandler(…)`, and `@Projects(Entity, { version })`, and has one pure
 * method `on<EventName>(row, event)` per event: it returns the new row, or `undefined` for no row. The engine reads and writes
 * the rows of a whole batch at once, in one transaction with the checkpoint, so these methods never touch the database.
 *
 *     @EventsHandler(PatientRegistered, PatientDied)
 *     @Projects(PatientSummary, { version: 1 })
 *     export class PatientSummaryProjection extends Projection<PatientSummary> {
 *       onPatientRegistered(_row: undefined, { data, recorded }: PatientRegistered): PatientSummary { … }
 *       onPatientDied(row: PatientSummary, { data }: PatientDied): PatientSummary { return { ...row, deceasedAt: data.deceasedAt }; }
 *     }
 *
 * A row that was never made is passed as `undefined`. Rows are values: return a new object, do not change the one passed, and pass
 * it back where nothing has changed, so that it is not written.
 */
export abstract class Projection<Row extends object> {
  /** Keys of the rows that an event touches: by default the one row of its stream. */
  keysOf(event: DomainEvent): readonly RowKey[] {
    return [event.recorded.streamId];
  }

  handles(event: DomainEvent): boolean {
    return `on${event.constructor.name}` in this;
  }

  /** Evolves one row by one event. `key` tells which of the rows of `keysOf` this is. */
  evolve(row: Row | undefined, event: DomainEvent, key: RowKey): Row | undefined {
    const handler = (this as Record<string, unknown>)[`on${event.constructor.name}`];
    if (typeof handler !== 'function') {
      throw new Error(`${this.constructor.name} has no on${event.constructor.name}`);
    }
    return (handler as (row: Row | undefined, event: DomainEvent, key: RowKey) => Row | undefined).call(
      this,
      row,
      event,
      key,
    );
  }

  /** Folds the events of one row from nothing: the read model as of the last of them. */
  fold(events: Iterable<DomainEvent>, key: RowKey): Row | undefined {
    let row: Row | undefined;
    for (const event of events) row = this.evolve(row, event, key);
    return row;
  }
}
