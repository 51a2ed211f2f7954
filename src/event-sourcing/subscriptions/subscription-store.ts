import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import type { DomainEvent, EventClass } from '../domain-event.js';
import { FeatureRegistry } from '../feature-registry.js';
import { OWNER_NAMESPACE } from '../store/advisory-locks.js';
import { type Checkpoint, checkpointValues } from './consumer.js';

/** A lease that is not renewed ends after this long, for an owner whose machine is gone; a dead process is noticed at once. */
const LEASE_SECONDS = 12;

/**
 * True for rows whose owner is gone: its lease has ended, or the session that holds the owner's advisory lock has. A killed
 * process loses its sessions at once, so its work is taken over without waiting for the lease.
 */
export const ownerIsGone = (table: string) => `(
  ${table}.owner is null or ${table}.lease_until < now() or not exists (
    select from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
      and ((classid::bigint << 32) | objid::bigint) = ((${OWNER_NAMESPACE}::bigint << 48) | ${table}.owner)
      and database = (select oid from pg_database where datname = current_database())))`;

const declare = sql`
  insert into write.subscriptions (name, position)
  select name, case when starts_now then $3::bigint else 0 end from unnest($1::text[], $2::boolean[]) new (name, starts_now)
  on conflict do nothing`;
const claim = statement(`
  update write.subscriptions s set owner = $2, epoch = epoch + 1, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
  where name = any($1::text[]) and (owner = $2 or ${ownerIsGone('s')})
  returning name, position, epoch`);
const renew = statement(`
  update write.subscriptions set lease_until = now() + make_interval(secs => ${LEASE_SECONDS}) where owner = $1 returning name`);
const release = sql`update write.subscriptions set owner = null, lease_until = '-infinity' where owner = $1`;
const advanceIdle = sql`
  update write.subscriptions s set position = step.upto, updated_at = now()
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[]) step (name, since, upto, epoch)
  where s.name = step.name and s.position = step.since and s.epoch = step.epoch
  returning s.name`;
const advance = sql`select write.advance($1, $2, $3, $4)`;
const positions = sql`select name, position from write.subscriptions where name = any($1::text[])`;
const parkedStreams = sql`select distinct stream_id from write.dead_letters where subscription = $1`;
const park = sql`
  with parked as (
    insert into write.dead_letters (subscription, position, stream_id, event_id, type, error, attempts)
    select $1, position, stream_id, event_id, type, $7, $8
    from unnest($9::bigint[], $5::uuid[], $6::uuid[], $10::text[]) letter (position, stream_id, event_id, type)
    on conflict do nothing)
  select write.advance($1, $2, $3, $4)`;

export interface Claimed {
  readonly name: string;
  readonly position: number;
  readonly epoch: number;
}

/** The rows of `write.subscriptions` and `write.dead_letters`. */
@Injectable()
export class SubscriptionStore {
  constructor(
    private readonly database: Database,
    private readonly registry: FeatureRegistry,
  ) {}

  /** Makes rows for subscriptions that are new; a new saga begins at `head`. */
  async declare(
    subscriptions: readonly { name: string; startsAt: 'beginning' | 'now' }[],
    head: number,
  ): Promise<void> {
    const names = subscriptions.map(({ name }) => name);
    await this.database.query(declare, [names, subscriptions.map(({ startsAt }) => startsAt === 'now'), head]);
  }

  /** Takes those of the named subscriptions that nobody else alive holds. Each claim raises the epoch, which shuts out the former owner. */
  claim(names: readonly string[], owner: number): Promise<Claimed[]> {
    return this.database.query<{ name: string; position: number; epoch: number }>(claim, [names, owner]);
  }

  async renew(owner: number): Promise<void> {
    await this.database.query(renew, [owner]);
  }

  async release(owner: number): Promise<void> {
    await this.database.query(release, [owner]);
  }

  /** Stores the progress of subscriptions that had nothing to do. Returns the names of those still held. */
  async advanceIdle(steps: readonly Checkpoint[]): Promise<Set<string>> {
    const rows = await this.database.query<{ name: string }>(advanceIdle, [
      steps.map((step) => step.subscription),
      steps.map((step) => step.from),
      steps.map((step) => step.to),
      steps.map((step) => step.epoch),
    ]);
    return new Set(rows.map(({ name }) => name));
  }

  /** @throws an error for which `isNotHeld` holds when the subscription was taken over. */
  async advance(checkpoint: Checkpoint): Promise<void> {
    await this.database.query(advance, checkpointValues(checkpoint));
  }

  async positions(names: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ name: string; position: number }>(positions, [names]);
    return new Map(rows.map(({ name, position }) => [name, position]));
  }

  async parkedStreams(subscription: string): Promise<Set<string>> {
    const rows = await this.database.query<{ stream_id: string }>(parkedStreams, [subscription]);
    return new Set(rows.map((row) => row.stream_id));
  }

  /** Sets events aside, with the checkpoint that goes past them, in one transaction. */
  async park(events: readonly DomainEvent[], checkpoint: Checkpoint, error: string, attempts: number): Promise<void> {
    await this.database.query(park, [
      checkpoint.subscription,
      checkpoint.from,
      checkpoint.to,
      checkpoint.epoch,
      events.map(({ recorded }) => recorded.streamId),
      events.map(({ recorded }) => recorded.eventId),
      error,
      attempts,
      events.map(({ recorded }) => recorded.position),
      events.map((event) => this.registry.catalogue.of(event.constructor as EventClass).name),
    ]);
  }
}
