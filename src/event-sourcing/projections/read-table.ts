import type { Checkpoint } from '../subscriptions/checkpoint.js';

export type Row = Readonly<Record<string, unknown>>;

/** The rows of a projection. A port: PostgreSQL in life, a model of it in the simulation. */
export interface ReadTable {
  /** Property that is the key of a row. */
  readonly key: string;
  read(keys: readonly string[]): Promise<Row[]>;
  /**
   * Writes rows and deletes others together with the checkpoint, in one transaction.
   * @throws BatchTooLarge before anything is sent, when the rows take more than `mostBytes`
   */
  write(kept: readonly Row[], gone: readonly string[], checkpoint: Checkpoint, mostBytes: number): Promise<void>;
}
