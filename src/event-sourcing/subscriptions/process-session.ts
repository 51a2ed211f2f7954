import type { TailConnection } from '../tail/safe-tail.js';

/**
 * What stands for a process while it works: its owner number is what others see of its being alive, and the tail looks at the head of
 * the log by it. When it is lost, all that the process held is void, and a new session with a new owner begins.
 */
export interface ProcessSession extends TailConnection {
  readonly owner: number;
  /** Aborted when the session is lost. */
  readonly lost: AbortSignal;
  /** Another process says that it has appended events. It may not say so: that is only to be sooner. */
  onAppended: () => void;
  /** Never waits long, whatever the connection does. */
  close(): Promise<void>;
}

/** A port: PostgreSQL in life, a model of it in the simulation. */
export abstract class Sessions {
  /** @throws DatabaseUnavailable */
  abstract open(): Promise<ProcessSession>;
}
