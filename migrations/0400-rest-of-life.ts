import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the engine needs for the rest of life: who declared which types of events, who works, what stopped and what was set aside for
 * whom, and a reader of the log that is bounded by bytes. Only additions: builds from before go on beside it.
 */
export class RestOfLife1700000400000 implements MigrationInterface {
  name = 'RestOfLife1700000400000';

  async up(runner: QueryRunner): Promise<void> {
    // `trouble`: what stopped it, until it gets on again. `released_at`: when it was handed over on purpose.
    await runner.query(`
      alter table write.subscriptions
        add column trouble text,
        add column trouble_since timestamptz,
        add column released_at timestamptz`);

    // Types that some build's consumer of that name handles, each from the head of the log at which it was first declared. A build
    // that does not handle one of them keeps its events for those that do (docs/adr/0019-events-of-other-builds.md).
    await runner.query(`
      create table write.subscription_types (
        subscription text not null,
        type text not null,
        since bigint not null,
        primary key (subscription, type)
      )`);

    // Processes that run subscriptions, among which these are shared out.
    await runner.query(`
      create table write.workers (
        owner bigint primary key,
        lease_until timestamptz not null
      )`);

    // failed: it could not be handled; unreadable: not revived by the build that met it; passed-over: of a type that only another
    // build handles; behind: later events of a stream of which one is set aside.
    await runner.query(`
      alter table write.dead_letters
        add column kind text not null default 'failed' check (kind in ('failed', 'unreadable', 'passed-over', 'behind'))`);
    await runner.query(`update write.dead_letters set kind = 'behind' where attempts = 0`);

    // Commands of one saga for events of one stream run in the order of these events. Timers have their own time, and no stream.
    await runner.query(`
      alter table write.pending_commands add column stream_id uuid, add column position bigint`);
    await runner.query(`
      create index pending_commands_order on write.pending_commands (saga, stream_id, position, index)
        where status = 'pending' and stream_id is not null`);

    // For housekeeping, which looks for what was finished long ago.
    await runner.query(`
      create index pending_commands_finished on write.pending_commands (status, finished_at)
        where status in ('done', 'cancelled', 'refused')`);

    // There are few or none; whether there are any is asked with each look at the health.
    await runner.query(
      `create index pending_commands_dead on write.pending_commands (finished_at) where status = 'dead'`,
    );

    // Builds from before know no trouble: where they get on, there is none.
    await runner.query(`
      create or replace function write.advance(subscription text, from_position bigint, to_position bigint, held_epoch int)
      returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      begin
        update subscriptions set position = to_position, updated_at = now(), trouble = null, trouble_since = null
          where name = subscription and position = from_position and epoch = held_epoch;
        if not found then
          raise exception 'subscription % is not held any more', subscription using errcode = 'AN002';
        end if;
        return to_position;
      end $$`);

    // The one step of a subscription: goes on from a position under an epoch, settles an event that was set aside, sets others aside.
    await runner.query(`
      create function write.checkpoint(
        of_subscription text, from_position bigint, to_position bigint, held_epoch int, settled bigint, letters jsonb
      ) returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      begin
        update subscriptions s set position = to_position, updated_at = now(), trouble = null, trouble_since = null
          where s.name = of_subscription and s.position = from_position and s.epoch = held_epoch
            and to_position >= from_position;
        if not found then
          raise exception 'subscription % is not held any more', of_subscription using errcode = 'AN002';
        end if;
        if settled is not null then
          delete from dead_letters d where d.subscription = of_subscription and d.position = settled;
          if not found then
            raise exception 'subscription % has no event set aside at %', of_subscription, settled using errcode = 'AN002';
          end if;
        end if;
        if letters is not null then
          insert into dead_letters (subscription, position, stream_id, event_id, type, kind, error, attempts)
            select of_subscription, l.position, l.stream_id, l.event_id, l.type, l.kind, l.error, l.attempts
            from jsonb_to_recordset(letters)
              l (position bigint, stream_id uuid, event_id uuid, type text, kind text, error text, attempts int)
            on conflict do nothing;
        end if;
        return to_position;
      end $$`);

    // A stretch of the log: ends with the row that reaches one of the bounds. Data that is stored in more than \`inline_bytes\`, which
    // is known without reading it, is left out: whoever handles that event asks for it alone. Stable: the snapshot is the caller's.
    // The primary key is walked in order whatever the planner thinks: without statistics, as after a restore, it would sort the whole rest
    // of the log for each stretch.
    await runner.query(`
      create function write.read_log(
        after bigint, up_to bigint, of_types text[], most_rows int, most_bytes int, inline_bytes int
      ) returns table (
        "position" bigint, stream_id uuid, stream_version int, event_id uuid, type text, schema_version smallint,
        data text, metadata text, recorded_at timestamptz, size int
      ) language plpgsql stable set search_path = write, pg_temp
        set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
      #variable_conflict use_column
      declare
        e record;
        bytes int := 0;
      begin
        for e in
          select * from events
          where events.position > after and events.position <= up_to and events.type = any(of_types)
          order by events.position limit most_rows
        loop
          "position" := e.position;
          stream_id := e.stream_id;
          stream_version := e.stream_version;
          event_id := e.event_id;
          type := e.type;
          schema_version := e.schema_version;
          metadata := e.metadata::text;
          recorded_at := e.recorded_at;
          data := case when pg_column_size(e.data) <= inline_bytes then e.data::text end;
          size := 200 + octet_length(metadata) + coalesce(octet_length(data), 0);
          bytes := bytes + size;
          return next;
          exit when bytes >= most_bytes;
        end loop;
      end $$`);
  }

  async down(): Promise<void> {
    throw new Error('The event log is never dropped by a migration');
  }
}
