import { isDataError } from '../../database/sql-state.js';
import type { DomainEvent } from '../domain-event.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { Checkpoint } from '../subscriptions/checkpoint.js';
import { type Consumer, EventFault } from '../subscriptions/consumer.js';
import { Projection } from './projection.js';
import type { ReadTable, Row } from './read-table.js';

/** What the rows of one write may take, in bytes of their parameters. One event may make more. */
const WRITE_BYTES = 2_000_000;

/**
 * Feeds a projection: the rows that a batch touches are read by one statement, evolved in memory, and written by one statement
 * together with the checkpoint. Two round trips for up to 500 events.
 */
export class ProjectionConsumer implements Consumer {
  readonly startsAt = 'beginning';
  readonly largestBatch = 500;
  /** Rows belong to streams: the row of a stream that begins in this batch cannot be there yet. */
  private readonly onePerStream: boolean;

  constructor(
    readonly name: string,
    private readonly projection: Projection<object>,
    readonly types: ReadonlySet<string>,
    readonly passesOver: ReadonlySet<string>,
    private readonly table: ReadTable,
    private readonly scheduler: Scheduler,
  ) {
    this.onePerStream = projection.keysOf === Projection.prototype.keysOf;
  }

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    const touched: (readonly string[])[] = [];
    for (const event of events) {
      await this.scheduler.turn();
      touched.push(blaming(event, () => this.projection.keysOf(event)));
    }
    const keys = [...new Set(this.onePerStream ? laterThanFirst(events, touched) : touched.flat())];
    const before = new Map<string, Row>();
    if (keys.length > 0) {
      for (const row of await this.table.read(keys)) before.set(String(row[this.table.key]), row);
    }
    const rows = new Map<string, Row | undefined>(before);
    for (const [i, event] of events.entries()) {
      await this.scheduler.turn();
      for (const key of touched[i]!) {
        const evolved = blaming(event, () => this.projection.evolve(rows.get(key), event, key));
        rows.set(key, evolved as Row | undefined);
      }
    }
    await this.scheduler.turn();

    const kept: Row[] = [];
    const gone: string[] = [];
    for (const [key, row] of rows) {
      if (row === before.get(key)) continue;
      if (row) kept.push(row);
      else gone.push(key);
    }
    await this.write(events, kept, gone, checkpoint);
    return true;
  }

  private async write(events: readonly DomainEvent[], kept: Row[], gone: string[], checkpoint: Checkpoint) {
    try {
      await this.table.write(kept, gone, checkpoint, events.length > 1 ? WRITE_BYTES : Infinity);
    } catch (error) {
      // a value that no column takes: which event made it is not known
      throw isDataError(error) ? new EventFault(undefined, error) : error;
    }
  }
}

/** What a pure method throws is the event's fault. */
function blaming<T>(event: DomainEvent, pure: () => T): T {
  try {
    return pure();
  } catch (error) {
    throw new EventFault(event, error);
  }
}

function laterThanFirst(events: readonly DomainEvent[], touched: readonly (readonly string[])[]): string[] {
  const begun = new Set(
    events.filter(({ recorded }) => recorded.streamVersion === 1).map(({ recorded }) => recorded.streamId),
  );
  return touched.flat().filter((key) => !begun.has(key));
}
