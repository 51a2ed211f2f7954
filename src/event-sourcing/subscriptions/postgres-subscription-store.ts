import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import { type Checkpoint, type LetterKind, checkpointCall, checkpointValues } from './checkpoint.js';
import { leaseIsOver, livingOwners, ownerIsGone } from './owners.js';
import {
  type Briefing,
  type Claimed,
  type Declaration,
  type Progress,
  type SetAside,
  SubscriptionStore,
  type Survey,
} from './subscription-store.js';

/** A lease that is not renewed ends after this long, for an owner whose machine is gone; a dead process is noticed at once. */
export const LEASE_SECONDS = 10;
const LEASE = `now() + interval '${LEASE_SECONDS} seconds'`;

/** Two keys, as that of migrations: builds that declare at once take turns, so that each sees what the other has declared. */
const takeTurns = sql`select pg_advisory_xact_lock(1634623853, 3)`;

const declare = sql`
  with declared as (
    select * from jsonb_to_recordset($1::jsonb) d (name text, starts_now boolean, types text[])),
  locked as (
    select s.name from write.subscriptions s join declared using (name) order by s.name for update of s),
  made as (
    insert into write.subscriptions (name, position)
    select name, case when starts_now then $2::bigint else 0 end from declared
    where name not in (select name from locked)
    on conflict do nothing returning name, position),
  added as (
    insert into write.subscription_types (subscription, type, since)
    select name, type, coalesce((select made.position from made where made.name = declared.name), $2::bigint)
    from declared, unnest(types) type
    on conflict do nothing returning subscription),
  forgotten as (
    delete from write.dead_letters where subscription in (select name from made))
  update write.subscriptions s set epoch = epoch + 1, owner = null, lease_until = '-infinity', released_at = now()
  from locked where s.name = locked.name and s.name in (select subscription from added)`;
const survey = statement(`
  with alive as materialized (${livingOwners})
  select s.name,
    case when not ${leaseIsOver('s.lease_until', LEASE_SECONDS)} and s.owner in (select owner from alive) then s.owner end as holder,
    (select count(*)::int from write.workers w
     where w.owner <> $2 and not ${leaseIsOver('w.lease_until', LEASE_SECONDS)} and w.owner in (select owner from alive)) + 1 as workers
  from write.subscriptions s where s.name = any($1::text[]) order by s.name`);
const claim = statement(`
  with free as (
    select s.name from write.subscriptions s
    where s.name = any($1::text[]) and (s.owner = $2 or ${ownerIsGone('s', LEASE_SECONDS)})
    order by s.name for update skip locked)
  update write.subscriptions s set owner = $2, epoch = epoch + 1, lease_until = ${LEASE}, released_at = null
  from free where s.name = free.name
  returning s.name, s.position, s.epoch, s.trouble is not null as troubled`);
const brief = sql`
  select s.name,
    coalesce((select jsonb_object_agg(t.type, t.since) from write.subscription_types t where t.subscription = s.name), '{}')
      as declared,
    coalesce((
      select jsonb_agg(jsonb_build_object(
        'streamId', d.stream_id, 'kind', d.kind, 'type', d.type, 'schemaVersion', e.schema_version) order by d.position)
      from (
        select distinct on (stream_id) stream_id, type, position,
          case when attempts = 0 and kind = 'failed' then 'behind' else kind end as kind
        from write.dead_letters
        where subscription = s.name order by stream_id, position) d join write.events e using (position)), '[]') as "setAside"
  from unnest($1::text[]) s (name)`;
const renew = statement(`
  with alive as (
    insert into write.workers (owner, lease_until) values ($2, ${LEASE})
    on conflict (owner) do update set lease_until = excluded.lease_until),
  held as (
    select name from write.subscriptions where owner = $2 and name = any($1::text[]) order by name for update)
  update write.subscriptions s set lease_until = ${LEASE} from held where s.name = held.name returning s.name, s.epoch`);
const giveBack = sql`
  update write.subscriptions set owner = null, lease_until = '-infinity',
    released_at = case when $3::text is null then now() end, trouble = coalesce($3::text, trouble),
    trouble_since = case when $3::text is null then trouble_since else coalesce(trouble_since, now()) end
  where name = $1 and epoch = $2`;
const release = sql`
  with gone as (delete from write.workers where owner = $1),
  commands as (
    update write.pending_commands set owner = null, lease_until = null where owner = $1 and status = 'pending'),
  held as (select name from write.subscriptions where owner = $1 order by name for update)
  update write.subscriptions s set owner = null, lease_until = '-infinity', released_at = now()
  from held where s.name = held.name`;
const advanceIdle = sql`
  with step as (
    select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[]) step (name, since, upto, epoch)),
  held as (
    select s.name, step.upto from write.subscriptions s
    join step on s.name = step.name and s.position = step.since and s.epoch = step.epoch
    order by s.name for update of s)
  update write.subscriptions s set position = held.upto, updated_at = now(), trouble = null, trouble_since = null
  from held where s.name = held.name returning s.name`;
const checkpoint = statement(`select ${checkpointCall(1)}`);
/**
 * Who has nothing to do stores that only now and then: what lies between its position and the one that is asked for tells. A stretch that
 * is longer than this is not looked through.
 */
const LOOKED_THROUGH = 10_000;
const progress = statement(`
  select s.name, coalesce(
      (select e.position - 1 from write.events e
       where e.position > s.position and e.position <= asked.up_to
         and e.type = any(array(select t.type from write.subscription_types t where t.subscription = s.name))
       order by e.position limit 1),
      greatest(s.position, asked.up_to)) as reached,
    exists (select from write.dead_letters d where d.subscription = s.name) as "hasDeadLetters"
  from write.subscriptions s, lateral (select least($2::bigint, s.position + ${LOOKED_THROUGH}) as up_to) asked
  where s.name = any($1::text[])`);
const lettersOf = sql`
  select position from write.dead_letters where subscription = $1 and stream_id = $2 order by position limit $3`;

interface BriefingRow extends Record<string, unknown> {
  name: string;
  declared: Record<string, number>;
  setAside: (SetAside & { kind: LetterKind })[];
}

@Injectable()
export class PostgresSubscriptionStore extends SubscriptionStore {
  constructor(private readonly database: Database) {
    super();
  }

  async declare(subscriptions: readonly Declaration[], head: number): Promise<void> {
    const declared = subscriptions.map(({ name, startsAt, types }) => ({
      name,
      starts_now: startsAt === 'now',
      types,
    }));
    await this.database.transaction(async (connection) => {
      await connection.query(takeTurns);
      await connection.query(declare, [JSON.stringify(declared), head]);
    });
  }

  async survey(names: readonly string[], owner: number): Promise<Survey> {
    const rows = await this.database.query<{ name: string; holder: number | null; workers: number }>(
      survey,
      [names, owner],
      'leases',
    );
    return {
      workers: rows[0]?.workers ?? 1,
      subscriptions: rows.map(({ name, holder }) => ({ name, holder: holder ?? undefined })),
    };
  }

  claim(names: readonly string[], owner: number): Promise<Claimed[]> {
    return this.database.query<Claimed & Record<string, unknown>>(claim, [names, owner], 'leases');
  }

  async brief(names: readonly string[]): Promise<ReadonlyMap<string, Briefing>> {
    const rows = await this.database.query<BriefingRow>(brief, [names], 'projections');
    return new Map(
      rows.map(({ name, declared, setAside }) => [name, { declared: new Map(Object.entries(declared)), setAside }]),
    );
  }

  async renew(names: readonly string[], owner: number): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{ name: string; epoch: number }>(renew, [names, owner], 'leases');
    return new Map(rows.map(({ name, epoch }) => [name, epoch]));
  }

  async giveBack(name: string, epoch: number, trouble?: string): Promise<void> {
    await this.database.query(giveBack, [name, epoch, trouble ?? null], 'leases');
  }

  async release(owner: number): Promise<void> {
    await this.database.query(release, [owner], 'leases');
  }

  async advanceIdle(steps: readonly Checkpoint[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ name: string }>(
      advanceIdle,
      [
        steps.map((step) => step.subscription),
        steps.map((step) => step.from),
        steps.map((step) => step.to),
        steps.map((step) => step.epoch),
      ],
      'leases',
    );
    return new Set(rows.map(({ name }) => name));
  }

  async checkpoint(step: Checkpoint): Promise<void> {
    await this.database.query(checkpoint, checkpointValues(step), 'projections');
  }

  async progress(names: readonly string[], upTo: number): Promise<ReadonlyMap<string, Progress>> {
    const rows = await this.database.query<Progress & { name: string }>(progress, [names, upTo], 'leases');
    return new Map(rows.map(({ name, ...each }) => [name, each]));
  }

  async lettersOf(name: string, streamId: string, limit: number): Promise<number[]> {
    const rows = await this.database.query<{ position: number }>(lettersOf, [name, streamId, limit], 'projections');
    return rows.map(({ position }) => position);
  }
}
