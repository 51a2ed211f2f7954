import type { Client } from 'pg';
import { FLOOR_NAMESPACE } from '../store/advisory-locks.js';
import type { TailConnection } from './safe-tail.js';

const POSITION_BITS = 48;

const highest = {
  name: 'tail.highest',
  text: `select case when is_called then last_value else 0 end as position from write.event_position`,
};
const floor = {
  name: 'tail.floor',
  text: `
    select min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << ${POSITION_BITS}) - 1)) as "inFlight",
      (select count(*) from write.subscription_types) as declared
    from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted and (classid::bigint >> 16) = ${FLOOR_NAMESPACE}
      and database = (select oid from pg_database where datname = current_database())`,
};

/** The tail's questions on one connection, which answers them in the order in which they are asked. */
export const tailOn = (connection: Pick<Client, 'query'>): TailConnection => ({
  highest: async () => (await connection.query<{ position: number }>(highest)).rows[0]!.position,
  floor: async () => {
    const { inFlight, declared } = (await connection.query<{ inFlight: number | null; declared: number }>(floor))
      .rows[0]!;
    return { inFlight: inFlight ?? undefined, declared };
  },
});

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
