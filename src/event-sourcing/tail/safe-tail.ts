import type { Client } from 'pg';
import { FLOOR_NAMESPACE } from '../store/advisory-locks.js';

const POSITION_BITS = 48;

const highest = {
  name: 'tail.highest',
  text: `select case when is_called then last_value else 0 end as position from write.event_position`,
};
const floor = {
  name: 'tail.floor',
  text: `
    select min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << ${POSITION_BITS}) - 1)) as position
    from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted and (classid::bigint >> 16) = ${FLOOR_NAMESPACE}
      and database = (select oid from pg_database where datname = current_database())`,
};

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
export async function safePosition(connection: Pick<Client, 'query'>): Promise<number> {
  const drawn = await connection.query<{ position: number }>(highest);
  const inFlight = await connection.query<{ position: number | null }>(floor);
  return Math.min(drawn.rows[0]!.position, inFlight.rows[0]!.position ?? Infinity);
}

/** Refuses to run on a database where the tail would not be safe. @throws Error */
export async function assertTailIsSafe(connection: Pick<Client, 'query'>): Promise<void> {
  const { rows } = await connection.query<{ cache: number; isolation: string }>(`
    select seqcache as cache, current_setting('default_transaction_isolation') as isolation
    from pg_sequence where seqrelid = 'write.event_position'::regclass`);
  const { cache, isolation } = rows[0]!;
  if (cache !== 1) throw new Error(`The sequence write.event_position must be CACHE 1, not ${cache}`);
  if (isolation !== 'read committed') {
    throw new Error(`default_transaction_isolation must be read committed, not ${isolation}`);
  }
}
