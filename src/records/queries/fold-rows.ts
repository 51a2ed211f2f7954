import type { DomainEvent, Projection } from '../../event-sourcing/index.js';

/** The rows of a read table as these events leave them. */
export function foldRows<Row extends object>(projection: Projection<Row>, events: readonly DomainEvent[]): Row[] {
  const rows = new Map<string, Row>();
  for (const event of events) {
    if (!projection.handles(event)) continue;
    for (const key of projection.keysOf(event)) {
      const row = projection.evolve(rows.get(key), event, key);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  }
  return [...rows.values()];
}
