import { DatabaseUnavailable } from '../../../src/database/unavailable.js';
import { type ProcessSession, Sessions } from '../../../src/event-sourcing/subscriptions/process-session.js';
import type { Floor } from '../../../src/event-sourcing/tail/safe-tail.js';
import type { SimulatedDatabase } from '../database/simulated-database.js';
import type { Network } from '../machines/network.js';
import type { Timeline } from '../time/timeline.js';

/** The connection that stands for a process. The server may end it, or the process find that it does not answer: the other learns later. */
class SimulatedSession implements ProcessSession {
  private readonly loss = new AbortController();
  onAppended = (): void => undefined;

  constructor(
    readonly owner: number,
    private readonly network: Network,
    private readonly database: SimulatedDatabase,
  ) {}

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  highest(): Promise<number> {
    return this.ask('highest', () => this.database.log.highest);
  }

  floor(): Promise<Floor> {
    return this.ask('floor', () => ({
      inFlight: this.database.log.floor,
      declared: this.database.subscriptions.declared,
    }));
  }

  close(): Promise<void> {
    this.network.tell(() => this.database.endSession(this.owner));
    return Promise.resolve();
  }

  end(): void {
    this.loss.abort();
  }

  private async ask<T>(what: string, statement: () => T): Promise<T> {
    try {
      return await this.network.read(what, () => {
        if (!this.database.isAlive(this.owner)) throw new DatabaseUnavailable('the session has ended');
        return statement();
      });
    } catch (error) {
      this.end();
      throw error;
    }
  }
}

export class SimulatedSessions extends Sessions {
  /** Of the sessions that this process was given; some of them may have ended. */
  private readonly owners: number[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly network: Network,
    private readonly database: SimulatedDatabase,
  ) {
    super();
  }

  async open(): Promise<ProcessSession> {
    let ended: () => void = () => undefined;
    const owner = await this.network.ask('open session', () => {
      const drawn = this.database.openSession(() => this.network.hear(() => ended()));
      this.owners.push(drawn);
      return drawn;
    });
    const session = new SimulatedSession(owner, this.network, this.database);
    ended = () => session.end();
    return session;
  }

  /** The process is gone: the server ends its sessions when it finds out. */
  end(afterMs: number): void {
    this.timeline.after(afterMs, () => {
      for (const owner of this.owners) this.database.endSession(owner);
    });
  }
}
