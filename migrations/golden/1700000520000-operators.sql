--- schema read
create schema read

--- schema write
create schema write

--- extension btree_gist
create extension btree_gist with schema public

--- extension fuzzystrmatch
create extension fuzzystrmatch with schema public

--- extension pg_trgm
create extension pg_trgm with schema public

--- extension unaccent
create extension unaccent with schema public

--- type write.allocation_kind
create type write.allocation_kind as enum ('hold', 'booking', 'buffer', 'block')

--- sequence write.event_position
create sequence write.event_position as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1

--- sequence write.medical_record_number_blocks
create sequence write.medical_record_number_blocks as bigint start 10000 increment 1 minvalue 10000 maxvalue 9223372036854775807 cache 1

--- sequence write.operator_acts_id_seq
create sequence write.operator_acts_id_seq as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1

--- sequence write.owner_id
create sequence write.owner_id as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1

--- table read.agenda
create table read.agenda (
  key text not null,
  resource_id uuid not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  status text not null,
  service_type_name text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  busy_from timestamp with time zone not null,
  busy_to timestamp with time zone not null,
  expires_at timestamp with time zone,
  taken boolean not null
) with (fillfactor=80)

--- table read.allergy_list
create table read.allergy_list (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.appointment_summary
create table read.appointment_summary (
  id uuid not null,
  version integer not null,
  patient_id uuid not null,
  status text not null,
  service_type_id uuid not null,
  service_type_name text not null,
  resources jsonb not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  local_start text not null,
  cancellation_cutoff_minutes integer not null,
  hold_expires_at timestamp with time zone,
  hold_ended text,
  booked_at timestamp with time zone,
  cancellation jsonb,
  checked_in_at timestamp with time zone,
  missed_at timestamp with time zone,
  fulfilled_at timestamp with time zone,
  encounter_id uuid
) with (fillfactor=80)

--- table read.encounter_list
create table read.encounter_list (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.immunization_list
create table read.immunization_list (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.medication_list
create table read.medication_list (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.name_vocabulary
create table read.name_vocabulary (
  word text collate "C" not null
)

--- table read.observation_panels
create table read.observation_panels (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.observation_series
create table read.observation_series (
  id text collate "C" not null,
  observation_id uuid not null,
  patient_id uuid not null,
  code_system text not null,
  code text not null,
  category text,
  effective_at timestamp with time zone not null,
  value double precision,
  unit text,
  observed jsonb not null
)

--- table read.patient_charts
create table read.patient_charts (
  patient_id uuid not null,
  deceased_at timestamp with time zone,
  entered_in_error boolean not null
)

--- table read.patient_name
create table read.patient_name (
  id uuid not null,
  name text not null
)

--- table read.patient_name_word
create table read.patient_name_word (
  key text collate "C" not null,
  word text collate "C" not null,
  name_words text collate "C" not null,
  patient_id uuid not null
)

--- table read.patient_summary
create table read.patient_summary (
  id uuid not null,
  document json not null,
  deceased boolean not null,
  name_words text collate "C",
  birth_date date,
  phones jsonb,
  find_keys jsonb
)

--- table read.problem_list
create table read.problem_list (
  id uuid not null,
  patient_id uuid not null,
  in_chart boolean not null,
  effective_at timestamp with time zone not null,
  entry jsonb not null
)

--- table read.schedule
create table read.schedule (
  id uuid not null,
  version integer not null,
  resource_type text not null,
  name text not null,
  time_zone text not null,
  weekly_hours jsonb not null
)

--- table read.service_type
create table read.service_type (
  id uuid not null,
  version integer not null,
  name text not null,
  terms jsonb not null
)

--- table read.timeline
create table read.timeline (
  id uuid not null,
  patient_id uuid not null,
  encounter_id uuid,
  type text not null,
  effective_at timestamp with time zone not null,
  entered_in_error boolean not null,
  item jsonb not null
)

--- table write.dead_letters
create table write.dead_letters (
  subscription text not null,
  "position" bigint not null,
  stream_id uuid not null,
  event_id uuid not null,
  type text not null,
  error text not null,
  attempts integer not null,
  parked_at timestamp with time zone not null default now(),
  kind text not null default 'failed'::text
)

--- table write.events
create table write.events (
  "position" bigint not null,
  stream_id uuid not null,
  stream_version integer not null,
  event_id uuid not null,
  type text not null,
  schema_version smallint not null,
  data jsonb not null,
  metadata jsonb not null,
  recorded_at timestamp with time zone not null
)

--- table write.idempotency_keys
create table write.idempotency_keys (
  actor text not null,
  key text not null,
  request_hash text not null,
  result jsonb,
  "position" bigint not null,
  versions jsonb not null,
  created_at timestamp with time zone not null default now()
)

--- table write.operator_acts
create table write.operator_acts (
  id bigint not null generated as identity (a),
  at timestamp with time zone not null default clock_timestamp(),
  operator text not null,
  reason text not null,
  act text not null,
  target jsonb not null
)

--- table write.patient_identifiers
create table write.patient_identifiers (
  system text collate "C" not null,
  value text collate "C" not null,
  patient_id uuid not null,
  retired boolean not null default false
)

--- table write.pending_commands
create table write.pending_commands (
  id uuid not null,
  saga text not null,
  event_id uuid not null,
  index integer not null,
  name text not null,
  payload jsonb not null,
  metadata jsonb not null,
  cancel_key text,
  due_at timestamp with time zone not null,
  status text not null default 'pending'::text,
  attempts integer not null default 0,
  epoch integer not null default 0,
  owner bigint,
  lease_until timestamp with time zone,
  error text,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  stream_id uuid,
  "position" bigint,
  schema_version smallint not null default 1
) with (fillfactor=70)

--- table write.prescribing_facts
create table write.prescribing_facts (
  entry_id uuid not null,
  kind text not null,
  patient_id uuid not null,
  code_system text not null,
  code text not null,
  overridden boolean not null default false
)

--- table write.resource_allocations
create table write.resource_allocations (
  resource_id uuid not null,
  lane smallint not null default 1,
  during tstzrange not null,
  kind write.allocation_kind not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  expires_at timestamp with time zone
) with (fillfactor=90)

--- table write.streams
create table write.streams (
  stream_id uuid not null,
  stream_type text not null,
  version integer not null
) with (fillfactor=80)

--- table write.subscription_types
create table write.subscription_types (
  subscription text not null,
  type text not null,
  since bigint not null
)

--- table write.subscriptions
create table write.subscriptions (
  name text not null,
  "position" bigint not null default 0,
  epoch integer not null default 0,
  owner bigint,
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  trouble text,
  trouble_since timestamp with time zone,
  released_at timestamp with time zone
) with (fillfactor=50)

--- table write.workers
create table write.workers (
  owner bigint not null,
  lease_until timestamp with time zone not null
)

--- constraint agenda_pkey on read.agenda
alter table read.agenda add constraint agenda_pkey PRIMARY KEY (key)

--- constraint allergy_list_pkey on read.allergy_list
alter table read.allergy_list add constraint allergy_list_pkey PRIMARY KEY (id)

--- constraint appointment_summary_pkey on read.appointment_summary
alter table read.appointment_summary add constraint appointment_summary_pkey PRIMARY KEY (id)

--- constraint dead_letters_kind_check on write.dead_letters
alter table write.dead_letters add constraint dead_letters_kind_check CHECK ((kind = ANY (ARRAY['failed'::text, 'unreadable'::text, 'passed-over'::text, 'behind'::text, 'retry'::text])))

--- constraint dead_letters_pkey on write.dead_letters
alter table write.dead_letters add constraint dead_letters_pkey PRIMARY KEY (subscription, "position")

--- constraint encounter_list_pkey on read.encounter_list
alter table read.encounter_list add constraint encounter_list_pkey PRIMARY KEY (id)

--- constraint events_pkey on write.events
alter table write.events add constraint events_pkey PRIMARY KEY ("position")

--- constraint events_stream_id_stream_version_key on write.events
alter table write.events add constraint events_stream_id_stream_version_key UNIQUE (stream_id, stream_version)

--- constraint idempotency_keys_pkey on write.idempotency_keys
alter table write.idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (actor, key)

--- constraint immunization_list_pkey on read.immunization_list
alter table read.immunization_list add constraint immunization_list_pkey PRIMARY KEY (id)

--- constraint medication_list_pkey on read.medication_list
alter table read.medication_list add constraint medication_list_pkey PRIMARY KEY (id)

--- constraint name_vocabulary_pkey on read.name_vocabulary
alter table read.name_vocabulary add constraint name_vocabulary_pkey PRIMARY KEY (word)

--- constraint no_double_booking on write.resource_allocations
alter table write.resource_allocations add constraint no_double_booking EXCLUDE USING gist (resource_id WITH =, lane WITH =, during WITH &&)

--- constraint observation_panels_pkey on read.observation_panels
alter table read.observation_panels add constraint observation_panels_pkey PRIMARY KEY (id)

--- constraint observation_series_pkey on read.observation_series
alter table read.observation_series add constraint observation_series_pkey PRIMARY KEY (id)

--- constraint operator_acts_operator_check on write.operator_acts
alter table write.operator_acts add constraint operator_acts_operator_check CHECK ((operator <> ''::text))

--- constraint operator_acts_pkey on write.operator_acts
alter table write.operator_acts add constraint operator_acts_pkey PRIMARY KEY (id)

--- constraint operator_acts_reason_check on write.operator_acts
alter table write.operator_acts add constraint operator_acts_reason_check CHECK ((reason <> ''::text))

--- constraint patient_charts_pkey on read.patient_charts
alter table read.patient_charts add constraint patient_charts_pkey PRIMARY KEY (patient_id)

--- constraint patient_identifiers_pkey on write.patient_identifiers
alter table write.patient_identifiers add constraint patient_identifiers_pkey PRIMARY KEY (system, value)

--- constraint patient_name_pkey on read.patient_name
alter table read.patient_name add constraint patient_name_pkey PRIMARY KEY (id)

--- constraint patient_name_word_pkey on read.patient_name_word
alter table read.patient_name_word add constraint patient_name_word_pkey PRIMARY KEY (key)

--- constraint patient_summary_pkey on read.patient_summary
alter table read.patient_summary add constraint patient_summary_pkey PRIMARY KEY (id)

--- constraint pending_commands_pkey on write.pending_commands
alter table write.pending_commands add constraint pending_commands_pkey PRIMARY KEY (id)

--- constraint pending_commands_saga_event_id_index_key on write.pending_commands
alter table write.pending_commands add constraint pending_commands_saga_event_id_index_key UNIQUE (saga, event_id, index)

--- constraint pending_commands_status_check on write.pending_commands
alter table write.pending_commands add constraint pending_commands_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'done'::text, 'refused'::text, 'cancelled'::text, 'dead'::text])))

--- constraint prescribing_facts_kind_check on write.prescribing_facts
alter table write.prescribing_facts add constraint prescribing_facts_kind_check CHECK ((kind = ANY (ARRAY['medication'::text, 'allergy'::text])))

--- constraint prescribing_facts_pkey on write.prescribing_facts
alter table write.prescribing_facts add constraint prescribing_facts_pkey PRIMARY KEY (entry_id)

--- constraint problem_list_pkey on read.problem_list
alter table read.problem_list add constraint problem_list_pkey PRIMARY KEY (id)

--- constraint schedule_pkey on read.schedule
alter table read.schedule add constraint schedule_pkey PRIMARY KEY (id)

--- constraint service_type_pkey on read.service_type
alter table read.service_type add constraint service_type_pkey PRIMARY KEY (id)

--- constraint streams_pkey on write.streams
alter table write.streams add constraint streams_pkey PRIMARY KEY (stream_id)

--- constraint subscription_types_pkey on write.subscription_types
alter table write.subscription_types add constraint subscription_types_pkey PRIMARY KEY (subscription, type)

--- constraint subscriptions_pkey on write.subscriptions
alter table write.subscriptions add constraint subscriptions_pkey PRIMARY KEY (name)

--- constraint timeline_pkey on read.timeline
alter table read.timeline add constraint timeline_pkey PRIMARY KEY (id)

--- constraint workers_pkey on write.workers
alter table write.workers add constraint workers_pkey PRIMARY KEY (owner)

--- index read.agenda_time
CREATE INDEX agenda_time ON read.agenda USING gist (resource_id, tstzrange(busy_from, busy_to))

--- index read.allergy_list_patient_id_effective_at_id_idx
CREATE INDEX allergy_list_patient_id_effective_at_id_idx ON read.allergy_list USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.appointment_summary_patient
CREATE INDEX appointment_summary_patient ON read.appointment_summary USING btree (patient_id, starts_at DESC, id DESC)

--- index read.encounter_list_patient_id_effective_at_id_idx
CREATE INDEX encounter_list_patient_id_effective_at_id_idx ON read.encounter_list USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.immunization_list_patient_id_effective_at_id_idx
CREATE INDEX immunization_list_patient_id_effective_at_id_idx ON read.immunization_list USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.medication_list_patient_id_effective_at_id_idx
CREATE INDEX medication_list_patient_id_effective_at_id_idx ON read.medication_list USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.name_vocabulary_by_similarity
CREATE INDEX name_vocabulary_by_similarity ON read.name_vocabulary USING gin (word public.gin_trgm_ops) WITH (fastupdate=off)

--- index read.observation_panels_patient_id_effective_at_id_idx
CREATE INDEX observation_panels_patient_id_effective_at_id_idx ON read.observation_panels USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.observation_series_patient_id_code_system_code_effective_a_idx1
CREATE INDEX observation_series_patient_id_code_system_code_effective_a_idx1 ON read.observation_series USING btree (patient_id, code_system, code, effective_at DESC, id DESC) WHERE (category = 'vital-signs'::text)

--- index read.observation_series_patient_id_code_system_code_effective_at_idx
CREATE INDEX observation_series_patient_id_code_system_code_effective_at_idx ON read.observation_series USING btree (patient_id, code_system, code, effective_at, id)

--- index read.patient_name_word_in_order
CREATE INDEX patient_name_word_in_order ON read.patient_name_word USING btree (word, name_words, patient_id)

--- index read.patient_summary_by_birth_date
CREATE INDEX patient_summary_by_birth_date ON read.patient_summary USING btree (birth_date, name_words, id)

--- index read.patient_summary_by_key
CREATE INDEX patient_summary_by_key ON read.patient_summary USING gin (find_keys jsonb_path_ops) WITH (fastupdate=off)

--- index read.patient_summary_by_name
CREATE INDEX patient_summary_by_name ON read.patient_summary USING btree (name_words, id)

--- index read.problem_list_patient_id_effective_at_id_idx
CREATE INDEX problem_list_patient_id_effective_at_id_idx ON read.problem_list USING btree (patient_id, effective_at DESC, id DESC) WHERE in_chart

--- index read.schedule_name
CREATE INDEX schedule_name ON read.schedule USING btree (name, id)

--- index read.service_type_name
CREATE INDEX service_type_name ON read.service_type USING btree (name, id)

--- index read.timeline_encounter_id_idx
CREATE INDEX timeline_encounter_id_idx ON read.timeline USING btree (encounter_id) WHERE (encounter_id IS NOT NULL)

--- index read.timeline_patient_id_effective_at_id_idx
CREATE INDEX timeline_patient_id_effective_at_id_idx ON read.timeline USING btree (patient_id, effective_at DESC, id DESC)

--- index read.timeline_patient_id_type_effective_at_id_idx
CREATE INDEX timeline_patient_id_type_effective_at_id_idx ON read.timeline USING btree (patient_id, type, effective_at DESC, id DESC)

--- index write.dead_letters_stream
CREATE INDEX dead_letters_stream ON write.dead_letters USING btree (subscription, stream_id)

--- index write.duplicate_therapy
CREATE UNIQUE INDEX duplicate_therapy ON write.prescribing_facts USING btree (patient_id, code_system, code) WHERE ((kind = 'medication'::text) AND (NOT overridden))

--- index write.idempotency_keys_age
CREATE INDEX idempotency_keys_age ON write.idempotency_keys USING btree (created_at)

--- index write.pending_commands_cancel
CREATE INDEX pending_commands_cancel ON write.pending_commands USING btree (cancel_key) WHERE (status = 'pending'::text)

--- index write.pending_commands_dead
CREATE INDEX pending_commands_dead ON write.pending_commands USING btree (finished_at) WHERE (status = 'dead'::text)

--- index write.pending_commands_due
CREATE INDEX pending_commands_due ON write.pending_commands USING btree (due_at) WHERE (status = 'pending'::text)

--- index write.pending_commands_finished
CREATE INDEX pending_commands_finished ON write.pending_commands USING btree (status, finished_at) WHERE (status = ANY (ARRAY['done'::text, 'cancelled'::text, 'refused'::text]))

--- index write.pending_commands_order
CREATE INDEX pending_commands_order ON write.pending_commands USING btree (saga, stream_id, "position", index) WHERE ((status = 'pending'::text) AND (stream_id IS NOT NULL))

--- index write.prescribing_facts_patient_id_kind_code_system_code_idx
CREATE INDEX prescribing_facts_patient_id_kind_code_system_code_idx ON write.prescribing_facts USING btree (patient_id, kind, code_system, code)

--- index write.resource_allocations_appointment
CREATE INDEX resource_allocations_appointment ON write.resource_allocations USING btree (appointment_id)

--- index write.resource_allocations_patient
CREATE INDEX resource_allocations_patient ON write.resource_allocations USING btree (patient_id, upper(during))

--- function read.words_like(text,real)
CREATE OR REPLACE FUNCTION read.words_like(p_word text, p_threshold real)
 RETURNS SETOF text
 LANGUAGE plpgsql
AS $function$
      begin
        perform set_config('pg_trgm.similarity_threshold', p_threshold::text, true);
        return query select v.word from read.name_vocabulary v where v.word % p_word;
      end $function$

--- function write.add_allergy(uuid,uuid,text,text)
CREATE OR REPLACE FUNCTION write.add_allergy(entry uuid, patient uuid, system text, substance text)
 RETURNS void
 LANGUAGE sql
AS $function$
    insert into write.prescribing_facts (entry_id, kind, patient_id, code_system, code)
    values (entry, 'allergy', patient, system, substance);
  $function$

--- function write.add_medication(uuid,uuid,text,text,boolean)
CREATE OR REPLACE FUNCTION write.add_medication(entry uuid, patient uuid, system text, medication text, override boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
  declare
    obstacle text;
  begin
    if not override then
      select kind into obstacle from write.prescribing_facts
      where patient_id = patient and code_system = system and code = medication
      order by kind limit 1;
      if obstacle = 'allergy' then
        raise exception using errcode = '23505', constraint = 'drug_allergy', message = 'drug allergy';
      elsif obstacle = 'medication' then
        raise exception using errcode = '23505', constraint = 'duplicate_therapy', message = 'duplicate therapy';
      end if;
    end if;
    insert into write.prescribing_facts (entry_id, kind, patient_id, code_system, code, overridden)
    values (entry, 'medication', patient, system, medication, override);
  end $function$

--- function write.advance(text,bigint,bigint,integer)
CREATE OR REPLACE FUNCTION write.advance(subscription text, from_position bigint, to_position bigint, held_epoch integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
      begin
        update subscriptions set position = to_position, updated_at = now(), trouble = null, trouble_since = null
          where name = subscription and position = from_position and epoch = held_epoch;
        if not found then
          raise exception 'subscription % is not held any more', subscription using errcode = 'AN002';
        end if;
        return to_position;
      end $function$

--- function write.append(uuid[],text[],integer[],uuid[],integer[],uuid[],text[],smallint[],jsonb[],jsonb[],integer[],uuid[],integer[])
CREATE OR REPLACE FUNCTION write.append(stream_ids uuid[], stream_types text[], expected_versions integer[], event_streams uuid[], event_versions integer[], event_ids uuid[], event_types text[], schema_versions smallint[], event_data jsonb[], distinct_metadata jsonb[], metadata_of integer[], guard_ids uuid[], guard_versions integer[])
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
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
      end $function$

--- function write.append_event(uuid,text,integer,uuid,text,smallint,jsonb,jsonb,uuid,integer)
CREATE OR REPLACE FUNCTION write.append_event(stream uuid, kind text, expected integer, event uuid, type text, schema_version smallint, data jsonb, metadata jsonb, guard uuid, guard_version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
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
      end $function$

--- function write.checkpoint(text,bigint,bigint,integer,bigint,jsonb)
CREATE OR REPLACE FUNCTION write.checkpoint(of_subscription text, from_position bigint, to_position bigint, held_epoch integer, settled bigint, letters jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
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
      end $function$

--- function write.claim_identifiers(uuid,text[],text[])
CREATE OR REPLACE FUNCTION write.claim_identifiers(p_patient_id uuid, p_systems text[], p_values text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
      declare
        taken int;
      begin
        if cardinality(p_systems) = 1 then
          insert into write.patient_identifiers (system, value, patient_id) values (p_systems[1], p_values[1], p_patient_id)
            on conflict do nothing;
          if found then return; end if;
        end if;
        with claimed as (
          insert into write.patient_identifiers (system, value, patient_id)
          select system, value, p_patient_id from unnest(p_systems, p_values) given (system, value)
           order by system collate "C", value collate "C"
          on conflict do nothing returning system, value)
        select min(ordinality) - 1 into taken
          from unnest(p_systems, p_values) with ordinality given (system, value, ordinality)
         where (system, value) not in (select claimed.system, claimed.value from claimed);
        if taken is not null then
          raise exception using
            errcode = 'unique_violation',
            message = 'The identifier is taken',
            constraint = format('patient_identifier_taken_%s', taken);
        end if;
      end $function$

--- function write.clear_expired_holds(uuid[],timestamp with time zone,timestamp with time zone,timestamp with time zone)
CREATE OR REPLACE FUNCTION write.clear_expired_holds(resources uuid[], busy_from timestamp with time zone, busy_to timestamp with time zone, now_at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'write', 'public', 'pg_temp'
AS $function$
        delete from resource_allocations where ctid = any (array(
          select ctid from resource_allocations
          where resource_id = any (resources) and during && tstzrange(busy_from, busy_to) and expires_at <= now_at
          for update skip locked))
      $function$

--- function write.complete_command(uuid,integer)
CREATE OR REPLACE FUNCTION write.complete_command(command uuid, held_epoch integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
      begin
        update pending_commands set status = 'done', finished_at = now(), owner = null, lease_until = null
          where id = command and epoch = held_epoch and status = 'pending';
        if not found then
          raise exception 'pending command % is not held any more', command using errcode = 'AN002';
        end if;
        return true;
      end $function$

--- function write.enter_calendars(uuid[],boolean)
CREATE OR REPLACE FUNCTION write.enter_calendars(resources uuid[], alone boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'public', 'pg_temp'
AS $function$
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
      end $function$

--- function write.hold(bigint,uuid[],integer[])
CREATE OR REPLACE FUNCTION write.hold(at_position bigint, guard_ids uuid[], guard_versions integer[])
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
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
      end $function$

--- function write.keep_time(uuid,uuid[],integer)
CREATE OR REPLACE FUNCTION write.keep_time(of_appointment uuid, resources uuid[], parts integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'public', 'pg_temp'
AS $function$
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
      end $function$

--- function write.read_log(bigint,bigint,text[],integer,integer,integer)
CREATE OR REPLACE FUNCTION write.read_log(after bigint, up_to bigint, of_types text[], most_rows integer, most_bytes integer, inline_bytes integer)
 RETURNS TABLE("position" bigint, stream_id uuid, stream_version integer, event_id uuid, type text, schema_version smallint, data text, metadata text, recorded_at timestamp with time zone, size integer)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'write', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
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
      end $function$

--- function write.release_identifiers(uuid,text[],text[])
CREATE OR REPLACE FUNCTION write.release_identifiers(p_patient_id uuid, p_systems text[], p_values text[])
 RETURNS void
 LANGUAGE sql
AS $function$
        delete from write.patient_identifiers
         where (system, value) in (select system, value from unnest(p_systems, p_values) given (system, value))
           and patient_id = p_patient_id and not retired;
      $function$

--- function write.release_time(uuid[],uuid[])
CREATE OR REPLACE FUNCTION write.release_time(appointments uuid[], resources uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'public', 'pg_temp'
AS $function$
      begin
        perform enter_calendars(resources, false);
        delete from resource_allocations where appointment_id = any (appointments);
      end $function$

--- function write.remove_prescribing_fact(uuid)
CREATE OR REPLACE FUNCTION write.remove_prescribing_fact(entry uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
    delete from write.prescribing_facts where entry_id = entry;
  $function$

--- function write.retire_identifier(uuid,text,text)
CREATE OR REPLACE FUNCTION write.retire_identifier(p_patient_id uuid, p_system text, p_value text)
 RETURNS void
 LANGUAGE sql
AS $function$
        update write.patient_identifiers set retired = true
         where system = p_system and value = p_value and patient_id = p_patient_id;
      $function$

--- function write.save_answer(text,text,text,jsonb,bigint,jsonb)
CREATE OR REPLACE FUNCTION write.save_answer(by_actor text, with_key text, hash text, answer jsonb, at_position bigint, at_versions jsonb)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'write', 'pg_temp'
AS $function$
        insert into idempotency_keys (actor, key, request_hash, result, position, versions)
          values (by_actor, with_key, hash, answer, at_position, at_versions) returning true
      $function$

--- function write.take_time(text,uuid,uuid,uuid[],timestamp with time zone,timestamp with time zone,timestamp with time zone,timestamp with time zone,timestamp with time zone,timestamp with time zone,uuid[],boolean)
CREATE OR REPLACE FUNCTION write.take_time(new_kind text, of_appointment uuid, of_patient uuid, resources uuid[], starts timestamp with time zone, ends timestamp with time zone, busy_from timestamp with time zone, busy_to timestamp with time zone, hold_until timestamp with time zone, now_at timestamp with time zone, frees uuid[], one_place_at_a_time boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'write', 'public', 'pg_temp'
AS $function$
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
      end $function$
