/** Work that is kept apart, on connections of its own, so that none of it starves another. */
export const LANES = ['commands', 'loads', 'reads', 'searches', 'projections', 'leases', 'health'] as const;

/**
 * - `commands`: what commands write
 * - `loads`: streams that commands read
 * - `reads`: queries that take less than a millisecond
 * - `searches`: all other queries
 * - `projections`: what subscriptions read and write
 * - `leases`: who holds what
 * - `health`: whether the database answers
 */
export type Lane = (typeof LANES)[number];

/** What may take how long, in milliseconds. */
export interface DatabaseLimits {
  /** From asking to the answer. A connection that does not answer within it is destroyed. */
  readonly deadlines: Readonly<Record<Lane, number>>;
  readonly connect: number;
  /** The server's bounds: on a statement, a wait for a lock, idleness in a transaction, a whole transaction (PostgreSQL 17). */
  readonly statement: number;
  readonly lock: number;
  readonly idleInTransaction: number;
  readonly transaction: number;
  /** Silence of a connection after which both ends ask whether the other is still there. */
  readonly keepAlive: number;
}

export const DEFAULT_LIMITS: DatabaseLimits = {
  deadlines: {
    // a request loads and commits: together within the 15 s after which clients give up
    commands: 7000,
    loads: 4000,
    reads: 4000,
    searches: 12_000,
    projections: 10_000,
    leases: 3000,
    health: 2000,
  },
  connect: 5000,
  statement: 12_000,
  lock: 4000,
  idleInTransaction: 10_000,
  transaction: 30_000,
  keepAlive: 10_000,
};
