import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The write side of the engine. Advisory-lock namespaces, in the upper 16 bits of the key: 7777 the floor of the safe tail, 7778 the
 * owners of leases; src/event-sourcing/store/advisory-locks.ts names them.
 */
export class EventSourcing1700000000001 implements MigrationInterface {
  name = 'EventSourcing1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table write.streams (
        stream_id uuid primary key,
        stream_type text not null,
        version int not null
      ) with (fillfactor = 80)`);

    // CACHE 1: a cached range would let a session draw a position below the last_value that another has read.
    await runner.query(`create sequence write.event_position cache 1`);

    // No index on event_id: nothing is looked up by it, and each append would pay for it (docs/adr/0015-performance.md).
    await runner.query(`
      create table write.events (
        position bigint primary key,
        stream_id uuid not null,
        stream_version int not null,
        event_id uuid not null,
        type text not null,
        schema_version smallint not null,
        data jsonb not null,
        metadata jsonb not null,
        recorded_at timestamptz not null,
        unique (stream_id, stream_version)
      )`);

    // Both append functions lock before they draw positions (docs/adr/0002-safe-tail.md). They return the last position, or 0 on a
    // conflict: not an error, which would abort the transaction, and no position is burnt.
    // pg_sequence_last_value is null until the first position is drawn: a plain last_value of 1 would lose the very first event.
    // One event on one stream, the common command, without the cost of arrays.
    await runner.query(`
      create function write.append_event(
        stream uuid, kind text, expected int, event uuid, type text, schema_version smallint, data jsonb, metadata jsonb,
        guard uuid, guard_version int
      ) returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      declare
        drawn bigint;
      begin
        if guard is not null then
          perform 1 from streams where stream_id = guard and version = guard_version for share;
          if not found then return 0; end if;
        end if;
        if expected = 0 then
          insert into streams values (stream, kind, 1) on conflict do nothing;
        else
          update streams set version = expected + 1 where stream_id = stream and version = expected;
        end if;
        if not found then return 0; end if;
        if pg_advisory_xact_lock_shared(
          (7777::bigint << 48) | coalesce(pg_sequence_last_value('write.event_position'::regclass), 0)) is null then return 0; end if;
        insert into events values (nextval('write.event_position'::regclass), stream, expected + 1, event, type,
          schema_version, data, metadata, clock_timestamp()) returning position into drawn;
        return drawn;
      end $$`);

    // Events of one command mostly have the same metadata: each is parsed once, and `metadata_of` says which an event has, from 1.
    await runner.query(`
      create function write.append(
        stream_ids uuid[], stream_types text[], expected_versions int[],
        event_streams uuid[], event_versions int[], event_ids uuid[], event_types text[], schema_versions smallint[],
        event_data jsonb[], distinct_metadata jsonb[], metadata_of int[],
        guard_ids uuid[], guard_versions int[]
      ) returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      declare
        grown int;
        own int;
        held int;
        now_at timestamptz;
      begin
        if cardinality(stream_ids) = 1 and cardinality(guard_ids) = 0 then
          if expected_versions[1] = 0 then
            insert into streams values (stream_ids[1], stream_types[1], cardinality(event_ids)) on conflict do nothing;
          else
            update streams set version = version + cardinality(event_ids)
              where stream_id = stream_ids[1] and version = expected_versions[1];
          end if;
          if not found then return 0; end if;
        else
          begin
            -- Streams and guards are locked in one sorted order, so that commands on the same streams cannot deadlock.
            for own, held in
              select locks.i, locks.g from (
                select stream_ids[i] as id, i, null::int as g from generate_subscripts(stream_ids, 1) i
                union all
                select guard_ids[g], null, g from generate_subscripts(guard_ids, 1) g
              ) locks order by locks.id
            loop
              if own is null then
                perform 1 from streams where stream_id = guard_ids[held] and version = guard_versions[held] for share;
              else
                grown := cardinality(array_positions(event_streams, stream_ids[own]));
                if expected_versions[own] = 0 then
                  insert into streams values (stream_ids[own], stream_types[own], grown) on conflict do nothing;
                else
                  update streams set version = version + grown
                    where stream_id = stream_ids[own] and version = expected_versions[own];
                end if;
              end if;
              if not found then
                raise exception using errcode = 'AN001';
              end if;
            end loop;
          exception when sqlstate 'AN001' then
            return 0;
          end;
        end if;

        if pg_advisory_xact_lock_shared(
          (7777::bigint << 48) | coalesce(pg_sequence_last_value('write.event_position'::regclass), 0)) is null then return 0; end if;
        now_at := clock_timestamp();
        insert into events
          select nextval('write.event_position'::regclass), e.stream, e.version, e.id, e.type, e.schema_version, e.data,
            distinct_metadata[e.metadata], now_at
          from unnest(event_streams, event_versions, event_ids, event_types, schema_versions, event_data, metadata_of)
            e (stream, version, id, type, schema_version, data, metadata);
        return currval('write.event_position'::regclass);
      end $$`);

    await runner.query(`
      create table write.subscriptions (
        name text primary key,
        position bigint not null default 0,
        epoch int not null default 0,
        owner bigint,
        lease_until timestamptz not null default '-infinity',
        updated_at timestamptz not null default now()
      ) with (fillfactor = 50)`);
    await runner.query(`create sequence write.owner_id cache 1`);

    await runner.query(`
      create function write.advance(subscription text, from_position bigint, to_position bigint, held_epoch int)
      returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      begin
        update subscriptions set position = to_position, updated_at = now()
          where name = subscription and position = from_position and epoch = held_epoch;
        if not found then
          raise exception 'subscription % is not held any more', subscription using errcode = 'AN002';
        end if;
        return to_position;
      end $$`);

    await runner.query(`
      create table write.dead_letters (
        subscription text not null,
        position bigint not null,
        stream_id uuid not null,
        event_id uuid not null,
        type text not null,
        error text not null,
        attempts int not null,
        parked_at timestamptz not null default now(),
        primary key (subscription, position)
      )`);
    await runner.query(`create index dead_letters_stream on write.dead_letters (subscription, stream_id)`);

    await runner.query(`
      create table write.pending_commands (
        id uuid primary key,
        saga text not null,
        event_id uuid not null,
        index int not null,
        name text not null,
        payload jsonb not null,
        metadata jsonb not null,
        cancel_key text,
        due_at timestamptz not null,
        status text not null default 'pending' check (status in ('pending', 'done', 'refused', 'cancelled', 'dead')),
        attempts int not null default 0,
        epoch int not null default 0,
        owner bigint,
        lease_until timestamptz,
        error text,
        created_at timestamptz not null default now(),
        finished_at timestamptz,
        unique (saga, event_id, index)
      ) with (fillfactor = 70)`);
    await runner.query(`create index pending_commands_due on write.pending_commands (due_at) where status = 'pending'`);
    await runner.query(
      `create index pending_commands_cancel on write.pending_commands (cancel_key) where status = 'pending'`,
    );

    await runner.query(`
      create function write.complete_command(command uuid, held_epoch int)
      returns boolean language plpgsql security definer set search_path = write, pg_temp as $$
      begin
        update pending_commands set status = 'done', finished_at = now(), owner = null, lease_until = null
          where id = command and epoch = held_epoch and status = 'pending';
        if not found then
          raise exception 'pending command % is not held any more', command using errcode = 'AN002';
        end if;
        return true;
      end $$`);

    await runner.query(`
      create table write.idempotency_keys (
        actor text not null,
        key text not null,
        request_hash text not null,
        result jsonb,
        position bigint not null,
        versions jsonb not null,
        created_at timestamptz not null default now(),
        primary key (actor, key)
      )`);
    await runner.query(`create index idempotency_keys_age on write.idempotency_keys (created_at)`);
    await runner.query(`
      create function write.save_answer(
        by_actor text, with_key text, hash text, answer jsonb, at_position bigint, at_versions jsonb
      ) returns boolean language sql security definer set search_path = write, pg_temp as $$
        insert into idempotency_keys (actor, key, request_hash, result, position, versions)
          values (by_actor, with_key, hash, answer, at_position, at_versions) returning true
      $$`);
  }

  async down(): Promise<void> {
    throw new Error('The event log is never dropped by a migration');
  }
}
