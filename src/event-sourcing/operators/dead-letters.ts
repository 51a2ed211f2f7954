import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import type { Instant } from '../domain-event.js';
import { DomainError, notFound } from '../errors.js';
import type { LetterKind } from '../subscriptions/checkpoint.js';
import { type Mandate, OperatorLog } from './operator-log.js';

/** A stream of which events are set aside for a subscription, by the first of them. */
export interface StreamSetAside {
  readonly subscription: string;
  readonly streamId: string;
  readonly events: number;
  readonly position: number;
  readonly type: string;
  readonly kind: LetterKind;
  readonly error: string;
  readonly attempts: number;
  readonly since: Instant;
}

/** An event that is set aside. */
export interface EventSetAside {
  readonly position: number;
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly kind: LetterKind;
  readonly error: string;
  readonly attempts: number;
  readonly since: Instant;
  /** Data of patients: only where it is asked for. */
  readonly data?: object;
}

export interface StreamOfSubscription {
  readonly subscription: string;
  readonly streamId: string;
}

const list = sql`
  select * from (
    select distinct on (subscription, stream_id) subscription, stream_id as "streamId",
      count(*) over (partition by subscription, stream_id)::int as events, position, type, kind, error, attempts, parked_at as since
    from write.dead_letters where $1::text is null or subscription = $1
    order by subscription, stream_id, position) streams
  order by position, subscription limit $2`;
const show = sql`
  select d.position, e.stream_version as "streamVersion", d.type, e.schema_version as "schemaVersion", d.kind, d.error, d.attempts,
    d.parked_at as since, case when $3 then e.data end as data
  from write.dead_letters d join write.events e using (position)
  where d.subscription = $1 and d.stream_id = $2 order by d.position limit $4`;
/** Whoever holds it stops, and the next holder looks at what is set aside: itself, most likely, half a second later. */
const handOver = sql`
  update write.subscriptions set epoch = epoch + 1, owner = null, lease_until = '-infinity', released_at = now()
  where name = $1 returning name`;
const askAgain = sql`
  with first as (
    select distinct on (stream_id) position, stream_id, type, kind, error, attempts from write.dead_letters
    where subscription = $1 and ($2::uuid is null or stream_id = $2) order by stream_id, position),
  asked as (
    update write.dead_letters d set kind = 'retry'
    from first where d.subscription = $1 and d.position = first.position and first.kind = 'failed')
  select stream_id as "streamId", position, type, kind, error, attempts from first order by position`;
const discard = sql`
  with gone as (
    delete from write.dead_letters d where d.subscription = $1 and d.stream_id = $2 and ($3 or d.position = (
      select min(position) from write.dead_letters first where first.subscription = $1 and first.stream_id = $2))
    returning d.position, d.event_id, d.type, d.kind, d.error, d.attempts)
  select position, event_id as "eventId", type, kind, error, attempts from gone order by position`;

type SetAsideRow = Pick<EventSetAside, 'position' | 'type' | 'kind' | 'error' | 'attempts'>;

/**
 * Events that subscriptions could not take, for an operator to deal with. What is done here is done by the holder of the subscription,
 * of whatever build: it is given up, and who takes it next goes through what is set aside in the order of each stream.
 */
@Injectable()
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly log: OperatorLog,
  ) {}

  list({
    subscription,
    limit,
  }: {
    readonly subscription?: string | undefined;
    readonly limit: number;
  }): Promise<StreamSetAside[]> {
    return this.database.query<StreamSetAside & Record<string, unknown>>(list, [subscription ?? null, limit]);
  }

  /** @throws DomainError when nothing of the stream is set aside for the subscription */
  async show(
    { subscription, streamId }: StreamOfSubscription,
    { withData, limit }: { readonly withData: boolean; readonly limit: number },
  ): Promise<EventSetAside[]> {
    const rows = await this.database.query<Omit<EventSetAside, 'data'> & { data: object | null }>(show, [
      subscription,
      streamId,
      withData,
      limit,
    ]);
    if (rows.length === 0) throw nothing();
    return rows.map(({ data, ...row }) => ({ ...row, ...(data && { data }) }));
  }

  /**
   * Has the streams tried again from their first event that is set aside, one of them or all. Returns these events. What fails again is
   * set aside again.
   * @throws DomainError when nothing is set aside there, or nobody could try it
   */
  async retry(
    { subscription, streamId }: { readonly subscription: string; readonly streamId?: string | undefined },
    mandate: Mandate,
  ): Promise<readonly (SetAsideRow & { readonly streamId: string })[]> {
    const { streams } = await this.log.perform('dead-letters.retry', mandate, async (connection) => {
      if (!(await this.handOver(connection, subscription))) {
        throw notFound('subscription');
      }
      const asked = await connection.query<SetAsideRow & { streamId: string }>(askAgain, [
        subscription,
        streamId ?? null,
      ]);
      if (asked.length === 0) throw nothing();
      return { subscription, streams: asked };
    });
    return streams;
  }

  /**
   * Drops the first event of the stream that is set aside, or all of them: the subscription never handles it, and its rows lack what it
   * would have made. The later ones are then tried. Returns what was dropped; the log keeps the events.
   * @throws DomainError when nothing is set aside there
   */
  async discard(
    { subscription, streamId }: StreamOfSubscription,
    { all }: { readonly all: boolean },
    mandate: Mandate,
  ): Promise<readonly SetAsideRow[]> {
    const { events } = await this.log.perform('dead-letters.discard', mandate, async (connection) => {
      await this.handOver(connection, subscription);
      const dropped = await connection.query<SetAsideRow & Record<string, unknown>>(discard, [
        subscription,
        streamId,
        all,
      ]);
      if (dropped.length === 0) throw nothing();
      return { subscription, streamId, events: dropped };
    });
    return events;
  }

  /** First of all: its row is locked in the order in which its holder locks. */
  private async handOver(connection: Queryable, subscription: string): Promise<boolean> {
    return (await connection.query(handOver, [subscription])).length > 0;
  }
}

const nothing = () => new DomainError('not-found', 'nothing-set-aside', 'Nothing of that is set aside.');
