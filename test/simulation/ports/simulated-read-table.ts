import type { ReadTable, Row } from '../../../src/event-sourcing/projections/read-table.js';
import type { Checkpoint } from '../../../src/event-sourcing/subscriptions/checkpoint.js';
import { DatabaseError, type SimulatedDatabase, type Transaction } from '../database/simulated-database.js';
import type { Network } from '../machines/network.js';
import { textOf } from './simulated-subscription-store.js';

export class SimulatedReadTable implements ReadTable {
  readonly key = 'id';
  protected readonly rows: Map<string, Row>;

  constructor(
    protected readonly network: Network,
    protected readonly database: SimulatedDatabase,
    table: string,
  ) {
    this.rows = database.readRows.of(table);
  }

  read(keys: readonly string[]): Promise<Row[]> {
    return this.network.read('read rows', () =>
      keys.flatMap((key): Row[] => (this.rows.has(key) ? [this.rows.get(key)!] : [])),
    );
  }

  write(kept: readonly Row[], gone: readonly string[], checkpoint: Checkpoint): Promise<void> {
    return this.network.step(checkpoint.subscription, 'rows', `write rows, ${textOf(checkpoint)}`, () =>
      this.writing(kept, gone, checkpoint),
    );
  }

  protected *writing(kept: readonly Row[], gone: readonly string[], checkpoint: Checkpoint): Transaction<void> {
    this.assertValid(kept);
    this.database.subscriptions.checkpoint(checkpoint);
    this.put(kept, gone);
  }

  protected put(kept: readonly Row[], gone: readonly string[]): void {
    for (const row of kept) this.rows.set(String(row[this.key]), row);
    for (const key of gone) this.rows.delete(key);
  }

  /** `text` holds no zero character: a data error of the row. */
  protected assertValid(kept: readonly Row[]): void {
    if (JSON.stringify(kept).includes('\\u0000')) throw new DatabaseError('22P05', 'untranslatable character');
  }
}
