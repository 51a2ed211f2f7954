import pg from 'pg';
import type { ClientConfig } from 'pg';

/** How long the server may take to agree to an end. */
const GOODBYE_MS = 500;

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
  readonly client: pg.Client;
  /** Pending while the connection is being made; undefined from then on. */
  opening: Promise<unknown> | undefined;
  readonly prepared = new Map<string, Prepared>();
  /** When the server last answered, on the clock of `performance`. */
  answeredAt = 0;

  constructor(config: ClientConfig) {
    this.client = new pg.Client(config);
    outliveErrors(this.client);
    this.opening = this.client.connect().then(() => (this.opening = undefined));
    this.opening.catch(() => undefined);
  }

  /** Gives the connection up at once, whatever is on its way. Nobody waits for the server to agree. */
  destroy(): void {
    this.client.connection.stream.destroy();
  }

  /** Says goodbye, and does not wait for long for the answer. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.destroy(), GOODBYE_MS);
    await this.client.end();
    clearTimeout(timer);
  }
}

/**
 * A connection that breaks tells so to whoever awaits an answer on it. In between nobody listens: that would end the process,
 * where the next statement finds out anyway.
 */
export function outliveErrors(client: pg.ClientBase): void {
  client.on('error', () => undefined);
}
