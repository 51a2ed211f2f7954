import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import type { KnownCommand } from '../durable-commands.js';
import { type Checkpoint, checkpointCall, checkpointValues } from '../subscriptions/checkpoint.js';
import { ownerIsGone } from '../subscriptions/owners.js';
import type { Effect } from '../unit-of-work.js';
import { type EmittedCommand, type PendingCommand, PendingCommands } from './pending-commands.js';

/** A worker that does not finish in this time loses the command to another one. */
const LEASE_SECONDS = 30;

// A command that is due at once keeps its place among those of its stream; a timer has its own time.
const store = statement(`
  with cancelled as (
    update write.pending_commands set status = 'cancelled', finished_at = now()
    where status = 'pending' and saga = $7 and cancel_key = any($8::text[])),
  stored as (
    insert into write.pending_commands
      (id, saga, event_id, index, name, payload, metadata, cancel_key, due_at, stream_id, position, schema_version)
    select id, $7, event_id, index, name, payload, metadata, cancel_key, coalesce(due_at, now()),
      case when due_at is null then stream_id end, position, schema_version
    from unnest($9::uuid[], $10::uuid[], $11::int[], $12::text[], $13::jsonb[], $14::jsonb[], $15::text[], $16::timestamptz[],
      $17::uuid[], $18::bigint[], $19::smallint[])
      new (id, event_id, index, name, payload, metadata, cancel_key, due_at, stream_id, position, schema_version)
    on conflict (saga, event_id, index) do nothing)
  select ${checkpointCall(1)}`);
/** Names and versions, as two parameters. */
const isKnown = (names: string, versions: string): string => `exists (
    select from unnest(${names}::text[], ${versions}::smallint[]) known (name, version)
    where known.name = due.name and due.schema_version <= known.version)`;
const IS_FIRST_OF_ITS_STREAM = `not exists (
    select from write.pending_commands earlier
    where earlier.status = 'pending' and earlier.saga = due.saga and earlier.stream_id = due.stream_id
      and (earlier.position, earlier.index) < (due.position, due.index))`;
const claim = statement(`
  with due as (
    select id from write.pending_commands due
    where status = 'pending' and due_at <= now() and ${isKnown('$3', '$4')} and ${ownerIsGone('due', LEASE_SECONDS)}
      and ${IS_FIRST_OF_ITS_STREAM}
    order by due_at, position, index limit $2 for update skip locked),
  taken as (
    update write.pending_commands c
      set owner = $1, epoch = epoch + 1, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    from due where c.id = due.id
    returning c.id, c.saga, c.name, c.schema_version, c.payload, c.metadata, c.epoch, c.attempts, c.due_at, c.position, c.index)
  select id, saga, name, schema_version as "schemaVersion", payload, metadata, epoch, attempts from taken order by due_at, position, index`);
/** Within a day: nobody waits for longer, and there are times, such as infinity, of which nothing can be subtracted. */
const SOON = `greatest(least(min(due_at), now() + interval '1 day'), now() - interval '1 day')`;
const nextDue = statement(`
  select extract(epoch from ${SOON} - now()) * 1000 as in_ms
  from write.pending_commands due
  where status = 'pending' and owner is null and ${isKnown('$1', '$2')} and ${IS_FIRST_OF_ITS_STREAM}`);
const finish = sql`
  update write.pending_commands set status = $3, error = $4, finished_at = now(), owner = null, attempts = attempts + 1
  where id = $1 and epoch = $2 and status = 'pending'`;
const postpone = sql`
  update write.pending_commands set due_at = now() + make_interval(secs => $3), error = $4, owner = null, attempts = attempts + 1
  where id = $1 and epoch = $2 and status = 'pending'`;
const giveBack = sql`
  update write.pending_commands set due_at = now() + make_interval(secs => $3), error = $4, owner = null
  where id = $1 and epoch = $2 and status = 'pending'`;

const columnsOf = (known: readonly KnownCommand[]) => [
  known.map(({ name }) => name),
  known.map(({ version }) => version),
];

@Injectable()
export class PostgresPendingCommands extends PendingCommands {
  constructor(private readonly database: Database) {
    super();
  }

  async store(
    saga: string,
    emitted: readonly EmittedCommand[],
    cancelledKeys: readonly string[],
    checkpoint: Checkpoint,
  ): Promise<void> {
    await this.database.query(
      store,
      [
        ...checkpointValues(checkpoint),
        saga,
        cancelledKeys,
        emitted.map(({ id }) => id),
        emitted.map(({ event }) => event.recorded.eventId),
        emitted.map(({ index }) => index),
        emitted.map(({ name }) => name),
        emitted.map(({ payload }) => payload),
        emitted.map(({ event: { recorded } }) =>
          JSON.stringify({ correlationId: recorded.metadata.correlationId, causationId: recorded.eventId }),
        ),
        emitted.map(({ cancelKey }) => cancelKey),
        emitted.map(({ dueAt }) => dueAt),
        emitted.map(({ event }) => event.recorded.streamId),
        emitted.map(({ event }) => event.recorded.position),
        emitted.map(({ schemaVersion }) => schemaVersion),
      ],
      'projections',
    );
  }

  claim(owner: number, known: readonly KnownCommand[], limit: number): Promise<PendingCommand[]> {
    return this.database.query<PendingCommand & Record<string, unknown>>(
      claim,
      [owner, limit, ...columnsOf(known)],
      'leases',
    );
  }

  async nextDueInMs(known: readonly KnownCommand[]): Promise<number | undefined> {
    const [row] = await this.database.query<{ in_ms: string | number | null }>(nextDue, columnsOf(known), 'leases');
    return row === undefined || row.in_ms === null ? undefined : Number(row.in_ms);
  }

  completion({ id, epoch }: PendingCommand): Effect {
    return { call: 'write.complete_command($1::uuid, $2::int)', values: [id, epoch] };
  }

  async finishAs(status: 'refused' | 'dead', { id, epoch }: PendingCommand, error: string): Promise<void> {
    await this.database.query(finish, [id, epoch, status, error], 'leases');
  }

  async giveBack({ id, epoch }: PendingCommand, seconds: number, error: string): Promise<void> {
    await this.database.query(giveBack, [id, epoch, seconds, error], 'leases');
  }

  async postpone({ id, epoch }: PendingCommand, seconds: number, error: string): Promise<void> {
    await this.database.query(postpone, [id, epoch, seconds, error], 'leases');
  }
}
