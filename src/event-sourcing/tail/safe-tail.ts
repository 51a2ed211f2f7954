/** What the tail asks of the database, each as a statement with a snapshot of its own. */
export interface TailConnection {
  /** The highest position that was ever drawn; 0 when none was. */
  highest(): Promise<number>;
  floor(): Promise<Floor>;
}

export interface Floor {
  /** The lowest position that a writer in flight has locked; undefined when there is none. */
  readonly inFlight?: number;
  /** How many types of events were declared by then, over all subscriptions: it only grows. */
  readonly declared: number;
}

/** The end of the log as one look finds it. */
export interface Head {
  readonly position: number;
  /** Of at least the builds that could have appended an event up to the position: each declares its types before it appends. */
  readonly declared: number;
}

/**
 * The position up to which every event that will ever be committed is committed and visible to a later statement.
 *
 * A sequence is not the order of commits: a reader that takes "everything after my last position" loses what commits late. Here a
 * writer takes a shared advisory lock that names the sequence's last value before it draws positions, and holds it until
 * its commit is visible (PostgreSQL makes a commit visible before it releases locks). The reader asks, in this order and
 * as separate statements, each with a snapshot of its own: the highest position drawn, the lowest lock, and only then events.
 * A position at or below the first answer was drawn by a writer whose lock was either still there for the second, which
 * excludes it, or gone, and then its events are visible to the third. Nobody waits for anybody.
 *
 * Positions drawn and rolled back before a crash of the server may be drawn again after it: whoever keeps a position in memory must
 * forget it when the connection is lost, and go on from the checkpoint that was committed.
 */
export async function headOf(connection: TailConnection): Promise<Head> {
  const drawn = await connection.highest();
  const { inFlight, declared } = await connection.floor();
  return { position: Math.min(drawn, inFlight ?? Infinity), declared };
}

/** The position of the {@link headOf} the log. */
export const safePosition = async (connection: TailConnection): Promise<number> => (await headOf(connection)).position;
