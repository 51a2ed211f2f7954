import type { Client } from 'pg';
import { newId } from '../ids.js';
import { FLOOR_NAMESPACE } from '../store/advisory-locks.js';
import { tailOn } from './postgres-tail.js';
import { safePosition } from './safe-tail.js';

/** One event on a new stream, by each of the functions that append. */
const APPENDS = {
  'write.append_event': `
    select write.append_event($1::uuid, 'engine.probe', 0, $2::uuid, 'engine.probe', 1::smallint, '{}', '{}', null, null)`,
  'write.append': `
    select write.append(array[$1::uuid], array['engine.probe'], array[0], array[$1::uuid], array[1], array[$2::uuid],
      array['engine.probe'], array[1]::smallint[], array['{}']::jsonb[], array['{}']::jsonb[], array[1], '{}', '{}')`,
};

const ownFloor = `
  select min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) as position from pg_locks
  where pid = pg_backend_pid() and locktype = 'advisory' and objsubid = 1 and granted
    and (classid::bigint >> 16) = ${FLOOR_NAMESPACE}`;

/**
 * Proves that the lock which the database's functions take is the one which the tail of this version looks for: the namespace is
 * written down in SQL and in TypeScript, and a migration or a build could mean another. Each function appends one event, its lock is
 * looked up in `pg_locks`, and all is rolled back. It costs a few round trips and a position for each function, and waits for
 * nobody.
 *
 * @throws Error that names the function whose events the tail could skip.
 */
export async function assertLockNamespacesAgree(connection: Pick<Client, 'query'>): Promise<void> {
  for (const [name, append] of Object.entries(APPENDS)) {
    await connection.query('begin isolation level read committed');
    try {
      const drawn = await positionOf(connection, append, [newId(), newId()]);
      const floor = await positionOf(connection, ownFloor);
      if (!(floor < drawn) || !((await safePosition(tailOn(connection))) < drawn)) {
        throw new Error(
          `${name} takes no lock below its position in the namespace ${FLOOR_NAMESPACE}, where this version looks for it: ` +
            'this build and the migrations of the database do not belong together',
        );
      }
    } finally {
      await connection.query('rollback');
    }
  }
}

/** NaN where there is none. */
async function positionOf(connection: Pick<Client, 'query'>, text: string, values: unknown[] = []): Promise<number> {
  const { rows } = await connection.query<[unknown]>({ text, values, rowMode: 'array' });
  return Number(rows[0]?.[0] ?? NaN);
}
