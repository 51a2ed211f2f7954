import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a command has read, it can hold: that there is no such stream too, and beside effects alone. The events of a stream are recorded
 * at times that do not run backwards, whatever the clock does. The functions take what they took: builds from before go on beside it.
 */
export class CommandRules1700000500000 implements MigrationInterface {
  name = 'CommandRules1700000500000';

  async up(runner: QueryRunner): Promise<void> {
    // That there is no such stream is held by a row which nobody else gets to see: whoever begins that stream waits for the end of it.
    // Nobody else's row has the version 0, so that nothing is deleted, and nothing found, where the stream is there.
    await runner.query(`
      create or replace function write.append_event(
        stream uuid, kind text, expected int, event uuid, type text, schema_version smallint, data jsonb, metadata jsonb,
        guard uuid, guard_version int
      ) returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      declare
        drawn bigint;
      begin
        if guard is not null then
          if guard_version = 0 then
            insert into streams values (guard, '', 0) on conflict do nothing;
            delete from streams where stream_id = guard and version = 0;
          else
            perform 1 from streams where stream_id = guard and version = guard_version for share;
          end if;
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
          schema_version, data, metadata, greatest(clock_timestamp(), (
            select e.recorded_at from events e where e.stream_id = stream and e.stream_version = expected
          ))) returning position into drawn;
        return drawn;
      end $$`);

    // All events of a call are recorded at one time. Events of one command mostly have the same metadata: each is parsed once, and
    // `metadata_of` says which an event has, from 1.
    await runner.query(`
      create or replace function write.append(
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
                if guard_versions[held] = 0 then
                  insert into streams values (guard_ids[held], '', 0) on conflict do nothing;
                  delete from streams where stream_id = guard_ids[held] and version = 0;
                else
                  perform 1 from streams where stream_id = guard_ids[held] and version = guard_versions[held] for share;
                end if;
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
        now_at := greatest(clock_timestamp(), (
          select max((select e.recorded_at from events e where e.stream_id = s.id and e.stream_version = s.version))
          from unnest(stream_ids, expected_versions) s (id, version) where s.version > 0
        ));
        insert into events
          select nextval('write.event_position'::regclass), e.stream, e.version, e.id, e.type, e.schema_version, e.data,
            distinct_metadata[e.metadata], now_at
          from unnest(event_streams, event_versions, event_ids, event_types, schema_versions, event_data, metadata_of)
            e (stream, version, id, type, schema_version, data, metadata);
        return currval('write.event_position'::regclass);
      end $$`);

    // For commands that store effects and no events. Gives the position back, or null on a conflict.
    await runner.query(`
      create function write.hold(at_position bigint, guard_ids uuid[], guard_versions int[])
      returns bigint language plpgsql security definer set search_path = write, pg_temp as $$
      declare
        held int;
      begin
        for held in select i from generate_subscripts(guard_ids, 1) i order by guard_ids[i]
        loop
          if guard_versions[held] = 0 then
            insert into streams values (guard_ids[held], '', 0) on conflict do nothing;
            delete from streams where stream_id = guard_ids[held] and version = 0;
          else
            perform 1 from streams where stream_id = guard_ids[held] and version = guard_versions[held] for share;
          end if;
          if not found then return null; end if;
        end loop;
        return at_position;
      end $$`);
  }

  async down(): Promise<void> {
    throw new Error('The event log is never dropped by a migration');
  }
}
