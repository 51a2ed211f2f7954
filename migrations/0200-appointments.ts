import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Taken time on the write side, with the constraint that makes double booking impossible; and the read tables of appointments. */
export class Appointments1700000200000 implements MigrationInterface {
  name = 'Appointments1700000200000';

  async up(runner: QueryRunner): Promise<void> {
    // Without check constraints: PostgreSQL reads their text anew for each insert, which cost more than a lock. The kind is an
    // enum, and take_time sees to it that no time is empty (docs/adr/0015-performance.md).
    await runner.query(`create type write.allocation_kind as enum ('hold', 'booking', 'buffer', 'block')`);
    await runner.query(`
      create table write.resource_allocations (
        resource_id uuid not null,
        lane smallint not null default 1,
        during tstzrange not null,
        kind write.allocation_kind not null,
        appointment_id uuid not null,
        patient_id uuid not null,
        expires_at timestamptz,
        constraint no_double_booking exclude using gist (resource_id with =, lane with =, during with &&)
      ) with (fillfactor = 90)`);
    await runner.query(`create index resource_allocations_appointment on write.resource_allocations (appointment_id)`);
    await runner.query(
      `create index resource_allocations_patient on write.resource_allocations (patient_id, upper(during))`,
    );

    // Whoever adds or frees time enters the resources' calendars shared; a move, which removes rows and then adds, enters
    // alone, because two of those could each wait for the other's removal. Locked in the order of the keys. The two-key form
    // keeps these locks apart from the engine's, which have one 64-bit key.
    await runner.query(`
      create function write.enter_calendars(resources uuid[], alone boolean)
      returns void language plpgsql volatile security definer set search_path = write, public, pg_temp as $$
      declare
        calendar int;
      begin
        if cardinality(resources) = 1 and not alone then
          perform pg_advisory_xact_lock_shared(7801, hashtext(resources[1]::text));
          return;
        end if;
        for calendar in select distinct hashtext(r::text) from unnest(resources) r order by 1 loop
          if alone then
            perform pg_advisory_xact_lock(7801, calendar);
          else
            perform pg_advisory_xact_lock_shared(7801, calendar);
          end if;
        end loop;
      end $$`);

    // Takes the time of one hold or appointment on all of its resources, or raises the violated constraint and takes none.
    // "on conflict do nothing" inserts speculatively: of two overlapping inserts at once one waits for the other, where a plain
    // insert into an exclusion constraint can leave both waiting until the deadlock detector ends one of them.
    // Only when that took less than was wanted is it asked why: time in force is in the way, or nothing is but expired holds.
    // Those are not removed here, because whoever removes rows and then adds would have to enter alone.
    await runner.query(`
      create function write.take_time(
        new_kind text, of_appointment uuid, of_patient uuid, resources uuid[],
        starts timestamptz, ends timestamptz, busy_from timestamptz, busy_to timestamptz,
        hold_until timestamptz, now_at timestamptz, frees uuid[], one_place_at_a_time boolean
      ) returns void language plpgsql volatile security definer set search_path = write, public, pg_temp as $$
      declare
        busy tstzrange := tstzrange(busy_from, busy_to);
        visit tstzrange := tstzrange(starts, ends);
        moves boolean := cardinality(frees) > 0;
        wanted int := cardinality(resources) * (1 + (busy_from < starts)::int + (ends < busy_to)::int);
        taken int;
      begin
        if isempty(visit) then
          raise exception using errcode = '23514', constraint = 'time_not_empty', message = 'a visit ends after it starts';
        end if;
        if one_place_at_a_time then
          perform pg_advisory_xact_lock(7802, hashtext(of_patient::text));
          if exists (
            select from resource_allocations
            where patient_id = of_patient and upper(during) > starts and lower(during) < ends
              and appointment_id <> of_appointment
              and kind in ('hold', 'booking') and (expires_at is null or expires_at > now_at)
          ) then
            raise exception using errcode = '23P01', constraint = 'one_place_at_a_time',
              message = 'the patient has another appointment at that time';
          end if;
        end if;

        if moves then
          perform enter_calendars(resources || frees, true);
          delete from resource_allocations where appointment_id = of_appointment;
        elsif cardinality(resources) = 1 then
          -- as enter_calendars does it, without the call
          perform pg_advisory_xact_lock_shared(7801, hashtext(resources[1]::text));
        else
          perform enter_calendars(resources, false);
        end if;

        if wanted = 1 then
          insert into resource_allocations (resource_id, during, kind, appointment_id, patient_id, expires_at)
            values (resources[1], visit, new_kind::allocation_kind, of_appointment, of_patient, hold_until)
            on conflict do nothing;
        else
          insert into resource_allocations (resource_id, during, kind, appointment_id, patient_id, expires_at)
            select resource, part.during, part.kind::allocation_kind, of_appointment, of_patient, hold_until
            from unnest(resources) resource
            cross join (values
              ('buffer', tstzrange(busy_from, starts)), (new_kind, visit), ('buffer', tstzrange(ends, busy_to))
            ) part (kind, during)
            where not isempty(part.during)
            order by resource, lower(part.during)
            on conflict do nothing;
        end if;
        get diagnostics taken = row_count;
        if taken = wanted then
          return;
        end if;

        if exists (
          select from resource_allocations
          where resource_id = any (resources) and during && busy and appointment_id <> of_appointment
            and (expires_at is null or expires_at > now_at)
        ) then
          raise exception using errcode = '23P01', constraint = 'no_double_booking',
            message = 'a resource is taken at that time';
        end if;
        raise exception using errcode = '23P01', constraint = 'only_expired_holds',
          message = 'nothing is in the way any more but expired holds';
      end $$`);

    // A statement of its own, which waits for nobody: it passes over what another has locked, who ends it or keeps it.
    await runner.query(`
      create function write.clear_expired_holds(resources uuid[], busy_from timestamptz, busy_to timestamptz, now_at timestamptz)
      returns void language sql volatile security definer set search_path = write, public, pg_temp as $$
        delete from resource_allocations where ctid = any (array(
          select ctid from resource_allocations
          where resource_id = any (resources) and during && tstzrange(busy_from, busy_to) and expires_at <= now_at
          for update skip locked))
      $$`);

    // The hold's own rows, `parts` on each resource, become the booking's. Raises when another booking has cleared one away as expired.
    await runner.query(`
      create function write.keep_time(of_appointment uuid, resources uuid[], parts int)
      returns void language plpgsql volatile security definer set search_path = write, public, pg_temp as $$
      declare
        kept int;
      begin
        perform enter_calendars(resources, false);
        update resource_allocations
          set kind = case kind when 'hold' then 'booking' else kind end, expires_at = null
          where appointment_id = of_appointment;
        get diagnostics kept = row_count;
        if kept < parts * cardinality(resources) then
          raise exception using errcode = '23P01', constraint = 'hold_in_force', message = 'the hold is over';
        end if;
      end $$`);

    await runner.query(`
      create function write.release_time(appointments uuid[], resources uuid[])
      returns void language plpgsql volatile security definer set search_path = write, public, pg_temp as $$
      begin
        perform enter_calendars(resources, false);
        delete from resource_allocations where appointment_id = any (appointments);
      end $$`);

    await runner.query(`
      create table read.schedule (
        id uuid primary key,
        version int not null,
        resource_type text not null,
        name text not null,
        time_zone text not null,
        weekly_hours jsonb not null
      );
      create index schedule_name on read.schedule (name, id);

      create table read.service_type (
        id uuid primary key,
        version int not null,
        name text not null,
        terms jsonb not null
      );
      create index service_type_name on read.service_type (name, id);

      create table read.patient_name (
        id uuid primary key,
        name text not null
      );

      create table read.appointment_summary (
        id uuid primary key,
        version int not null,
        patient_id uuid not null,
        status text not null,
        service_type_id uuid not null,
        service_type_name text not null,
        resources jsonb not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        time_zone text not null,
        local_start text not null,
        cancellation_cutoff_minutes int not null,
        hold_expires_at timestamptz,
        hold_ended text,
        booked_at timestamptz,
        cancellation jsonb,
        checked_in_at timestamptz,
        missed_at timestamptz,
        fulfilled_at timestamptz,
        encounter_id uuid
      ) with (fillfactor = 80);
      create index appointment_summary_patient on read.appointment_summary (patient_id, starts_at desc, id desc);

      create table read.agenda (
        key text primary key,
        resource_id uuid not null,
        appointment_id uuid not null,
        patient_id uuid not null,
        status text not null,
        service_type_name text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        busy_from timestamptz not null,
        busy_to timestamptz not null,
        expires_at timestamptz,
        taken boolean not null
      ) with (fillfactor = 80);
      create index agenda_time on read.agenda using gist (resource_id, tstzrange(busy_from, busy_to));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table read.agenda;
      drop table read.appointment_summary;
      drop table read.patient_name;
      drop table read.service_type;
      drop table read.schedule;
      drop function write.release_time;
      drop function write.keep_time;
      drop function write.clear_expired_holds;
      drop function write.take_time;
      drop function write.enter_calendars;
      drop table write.resource_allocations;
      drop type write.allocation_kind;
    `);
  }
}
