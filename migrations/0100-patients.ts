import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Patients1700000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Every block is 100 medical record numbers, from 1,000,000 on (MedicalRecordNumbers).
      create sequence write.medical_record_number_blocks minvalue 10000 cache 1;

      -- One row for ever per identifier: a retired number is never reused.
      create table write.patient_identifiers (
        system     text collate "C" not null,
        value      text collate "C" not null,
        patient_id uuid not null,
        retired    boolean not null default false,
        primary key (system, value)
      );

      -- Claims all or raises unique_violation 'patient_identifier_taken_<index>', index from 0. In sorted order, so that two
      -- claims of the same identifiers wait for each other in one direction.
      create function write.claim_identifiers(p_patient_id uuid, p_systems text[], p_values text[]) returns void
      language plpgsql as $$
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
      end $$;

      create function write.retire_identifier(p_patient_id uuid, p_system text, p_value text) returns void
      language sql as $$
        update write.patient_identifiers set retired = true
         where system = p_system and value = p_value and patient_id = p_patient_id;
      $$;

      create function write.release_identifiers(p_patient_id uuid, p_systems text[], p_values text[]) returns void
      language sql as $$
        delete from write.patient_identifiers
         where (system, value) in (select system, value from unnest(p_systems, p_values) given (system, value))
           and patient_id = p_patient_id and not retired;
      $$;

      -- What a patient is found by is null for whoever was entered in error.
      create table read.patient_summary (
        id         uuid primary key,
        document   json not null,
        deceased   boolean not null,
        name_words text collate "C",
        birth_date date,
        phones     jsonb,
        find_keys  jsonb
      );
      create index patient_summary_by_name on read.patient_summary (name_words, id);
      create index patient_summary_by_birth_date on read.patient_summary (birth_date, name_words, id);
      -- Without a pending list: a search must not have to scan what was registered since the last vacuum.
      create index patient_summary_by_key on read.patient_summary using gin (find_keys jsonb_path_ops) with (fastupdate = off);

      create table read.patient_name_word (
        key        text collate "C" primary key,
        word       text collate "C" not null,
        name_words text collate "C" not null,
        patient_id uuid not null
      );
      create index patient_name_word_in_order on read.patient_name_word (word, name_words, patient_id);

      create table read.name_vocabulary (
        word text collate "C" primary key
      );
      create index name_vocabulary_by_similarity on read.name_vocabulary using gin (word gin_trgm_ops) with (fastupdate = off);

      -- pg_trgm takes the threshold of its indexable operator from a setting only: it holds for the calling statement.
      create function read.words_like(p_word text, p_threshold real) returns setof text
      language plpgsql as $$
      begin
        perform set_config('pg_trgm.similarity_threshold', p_threshold::text, true);
        return query select v.word from read.name_vocabulary v where v.word % p_word;
      end $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function read.words_like;
      drop table read.name_vocabulary, read.patient_name_word, read.patient_summary;
      drop function write.claim_identifiers, write.retire_identifier, write.release_identifiers;
      drop table write.patient_identifiers;
      drop sequence write.medical_record_number_blocks;
    `);
  }
}
