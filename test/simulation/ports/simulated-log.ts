import { Log, type LogRow, type Stretch, type StretchBounds } from '../../../src/event-sourcing/tail/log.js';
import type { StoredEvent, WriteLog } from '../database/write-log.js';
import type { Network } from '../machines/network.js';

/** `PostgresLog` and `write.read_log`. */
export class SimulatedLog extends Log {
  constructor(
    private readonly network: Network,
    private readonly log: WriteLog,
  ) {
    super();
  }

  read(after: number, upTo: number, types: readonly string[], bounds: StretchBounds): Promise<Stretch> {
    return this.network.read(`log.read ${after} to ${upTo}`, () => {
      const rows: LogRow[] = [];
      let bytes = 0;
      for (const event of this.log.after(after, upTo, types)) {
        const row = inPassing(event);
        rows.push(row);
        bytes += row.size;
        if (rows.length >= bounds.rows || bytes >= bounds.bytes) return { rows, upTo: row.position };
      }
      return { rows, upTo };
    });
  }

  at(positions: readonly number[]): Promise<LogRow[]> {
    return this.network.read(`log.at ${positions.join()}`, () =>
      this.log.events.filter(({ position }) => positions.includes(position)),
    );
  }
}

const inPassing = (event: StoredEvent): LogRow => (event.isLarge ? { ...event, data: undefined } : event);
