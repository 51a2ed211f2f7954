import pg from 'pg';
import type { ClientConfig } from 'pg';

/** How long the server may take to agree to an end. */
const GOODBYE_MS = 500;

/** A client of pg that outlives what becomes of its server. */
export class EnduringClient extends pg.Client {
  /**
   * A connection that breaks tells so to whoever awaits an answer on it. In between nobody listens: that would end the process,
   * where the next statement finds out anyway.
   */
  constructor(config: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }

  /** A server that is gone does not say goodbye: the connection is then given up. */
  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.destroy(), GOODBYE_MS).unref();
    this.connection.once('end', () => clearTimeout(timer));
    if (callback) super.end(callback);
    else return super.end();
  }

  /** Gives the connection up at once, whatever is on its way. Nobody waits for the server to agree. */
  destroy(): void {
    this.connection.stream.destroy();
  }
}
