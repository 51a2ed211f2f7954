import { OWNER_NAMESPACE } from '../store/advisory-locks.js';

const OWNER_BITS = 48;

/** Owners whose sessions are there, by the advisory locks that these hold. */
export const livingOwners = `
  select ((classid::bigint << 32) | objid::bigint) & ((1::bigint << ${OWNER_BITS}) - 1) as owner
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and granted and (classid::bigint >> 16) = ${OWNER_NAMESPACE}
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * True for a lease that has ended. One that ends later than any lease does is of a clock that was set back since: it counts as
 * ended, or nobody would take over until the clock has caught up.
 */
export const leaseIsOver = (lease: string, seconds: number) =>
  `(${lease} < now() or ${lease} > now() + interval '${seconds} seconds')`;

/**
 * True for rows whose owner is gone: its lease has ended, or the session that holds the owner's advisory lock has. A killed
 * process loses its sessions at once, so its work is taken over without waiting for the lease.
 */
export const ownerIsGone = (table: string, leaseSeconds: number) => `(
  ${table}.owner is null or ${leaseIsOver(`${table}.lease_until`, leaseSeconds)} or ${table}.owner not in (${livingOwners}))`;
