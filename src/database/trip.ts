import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import { breaksConnection, classified, sqlStateOf } from './sql-state.js';
import { type BoundStatement, type Failure, type Result, StatementGroup } from './statement-group.js';
import { DatabaseUnavailable, isUnavailable } from './unavailable.js';

/** Why a group came back without results. */
export class Breakdown {
  constructor(
    readonly error: unknown,
    /** Index of the statement at which it failed, after the last if it was none of them. */
    readonly at: number,
    /** There was no answer within the time. */
    readonly late = false,
  ) {}
}

export interface TripOptions {
  /** Milliseconds until the connection is given up. */
  readonly deadline: number;
  /** Called once when it takes longer than `patience` milliseconds. */
  readonly patience?: number;
  readonly onSlow?: () => void;
}

/**
 * Sends a group of statements on a connection that may yet have to be opened, and brings back their results, or what went wrong. Not
 * later than at the deadline: the connection is then destroyed, for nobody can tell whether there is somebody at its other end.
 */
export function send(
  connection: Connection,
  statements: readonly BoundStatement[],
  { deadline, patience = deadline, onSlow }: TripOptions,
): Promise<readonly Result[] | Breakdown> {
  return new Promise((resolve) => {
    let over = false;
    const end = (outcome: readonly Result[] | Breakdown) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      resolve(outcome);
    };
    const giveUp = () => {
      if (over) return;
      connection.client.destroy();
      end(new Breakdown(new DatabaseUnavailable(new Error(`No answer within ${Math.round(deadline)} ms`)), 0, true));
    };
    // A process that was paused finds its timers due before it has read the answers that have come meanwhile.
    const overdue = () => setImmediate(giveUp);
    const slow = () => {
      timer = setTimeout(overdue, deadline - patience).unref();
      onSlow?.();
    };
    let timer = (patience < deadline ? setTimeout(slow, patience) : setTimeout(overdue, deadline)).unref();

    const group = new StatementGroup(connection, statements, (failure: Failure | undefined, results) =>
      end(failure ? new Breakdown(failure.error, failure.at) : results),
    );
    if (connection.opening === undefined) connection.client.query(group);
    else {
      connection.opening.then(
        () => over || connection.client.query(group),
        // whatever the server said, it said it of the connection: not of a value, though its code may be one of those
        (error: unknown) => end(new Breakdown(new DatabaseUnavailable(error, sqlStateOf(error)), 0)),
      );
    }
  });
}

/** A connection that is older than this may have begun under settings, names or rights that are not those of today. */
const FRESH_MS = 5_000;

/**
 * Whether a connection on which something went wrong is of no use any more. With trouble of the database, an old one is taken for its
 * cause: a session keeps the settings that it began with, such as that it may only read, for as long as it lasts.
 */
export const isOfNoUse = ({ openedAt }: Connection, { error, late }: Breakdown): boolean =>
  late || breaksConnection(error) || (isUnavailable(classified(error)) && performance.now() - openedAt > FRESH_MS);

/** Gives the connection of a trip that failed back, unless it is of no use any more. */
export function comeBack(connections: Connections, connection: Connection, breakdown: Breakdown): void {
  if (isOfNoUse(connection, breakdown)) connections.discard(connection);
  else connections.giveBack(connection);
}
