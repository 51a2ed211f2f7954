import type { ClientConfig } from 'pg';
import { Connection } from './connection.js';

/** A connection that nobody uses for this long is closed. */
const IDLE_MS = 60_000;

/** Up to `most` connections, opened when they are needed. In place of `pg.Pool`, which waits for the goodbye of a server that is gone. */
export class Connections {
  private readonly all = new Set<Connection>();
  private readonly idle: Connection[] = [];
  private tidying: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly config: ClientConfig,
    private readonly most: number,
  ) {}

  /** How many can be taken now. */
  get free(): number {
    return this.closed ? 0 : this.most - this.all.size + this.idle.length;
  }

  /** One that is open and idle, else one that is being opened. Only while there is a free one. */
  take(): Connection {
    return this.idle.pop() ?? this.open();
  }

  giveBack(connection: Connection): void {
    if (!this.all.has(connection)) return;
    connection.answeredAt = performance.now();
    this.idle.push(connection);
    this.tidying ??= setTimeout(() => this.tidy(), IDLE_MS).unref();
  }

  discard(connection: Connection): void {
    this.forget(connection);
    connection.client.destroy();
  }

  /** Gives up those that nobody uses and that have not answered since: what happened to another of them may have happened to all. */
  discardSilentSince(moment: number): void {
    for (const connection of this.idle.filter(({ answeredAt }) => answeredAt < moment)) this.discard(connection);
  }

  /** Those that are in use are not waited for. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.tidying);
    const leaving = this.idle.splice(0);
    for (const connection of this.all) if (!leaving.includes(connection)) this.discard(connection);
    await Promise.all(leaving.map((connection) => connection.client.end()));
  }

  private open(): Connection {
    const connection = new Connection(this.config);
    this.all.add(connection);
    const forget = () => this.forget(connection);
    connection.client.once('error', forget).once('end', forget);
    return connection;
  }

  private forget(connection: Connection): void {
    this.all.delete(connection);
    const index = this.idle.indexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
  }

  private tidy(): void {
    const before = performance.now() - IDLE_MS;
    // The ones that are used least are the first.
    while (this.idle[0] && this.idle[0].answeredAt <= before) void this.idleEnds(this.idle[0]);
    this.tidying = this.idle.length > 0 ? setTimeout(() => this.tidy(), IDLE_MS).unref() : undefined;
  }

  private idleEnds(connection: Connection): Promise<void> {
    this.forget(connection);
    return connection.client.end();
  }
}
