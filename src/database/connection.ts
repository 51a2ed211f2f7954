import type { ClientConfig } from 'pg';
import { EnduringClient } from './enduring-client.js';

/** A statement as one connection has prepared it, with the columns that its rows have there. */
export interface Prepared {
  columns: readonly string[];
  parsers: readonly ((text: string) => unknown)[];
  /** How often it had been prepared again everywhere, see `prepareAgain`. */
  readonly edition: number;
  /** An error came before it was known whether the server has it. */
  unsure: boolean;
}

/** One connection to the server, with the statements that it has prepared. */
export class Connection {
  readonly client: EnduringClient;
  /** Pending while the connection is being made; undefined from then on. */
  opening: Promise<unknown> | undefined;
  readonly prepared = new Map<string, Prepared>();
  /** On the clock of `performance`, as the next. */
  readonly openedAt = performance.now();
  /** When the server last answered, on the clock of `performance`. */
  answeredAt = 0;

  constructor(config: ClientConfig) {
    this.client = new EnduringClient(config);
    this.opening = this.client.connect().then(() => (this.opening = undefined));
    this.opening.catch(() => undefined);
  }
}
