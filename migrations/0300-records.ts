import type { MigrationInterface, QueryRunner } from 'typeorm';

const LISTS = [
  'encounter_list',
  'problem_list',
  'allergy_list',
  'medication_list',
  'immunization_list',
  'observation_panels',
];

export class Records1700000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PRESCRIBING_FACTS);
    for (const list of LISTS) await runner.query(listOf(list));
    await runner.query(READ_TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table ${['patient_charts', 'timeline', 'observation_series', ...LISTS].map((table) => `read.${table}`).join(', ')};
      drop function write.add_medication, write.add_allergy, write.remove_prescribing_fact;
      drop table write.prescribing_facts;
    `);
  }
}

/** What a new prescription is checked against. Two prescriptions of one medication at one moment: the index lets one through. */
const PRESCRIBING_FACTS = `
  create table write.prescribing_facts (
    entry_id    uuid primary key,
    kind        text not null check (kind in ('medication', 'allergy')),
    patient_id  uuid not null,
    code_system text not null,
    code        text not null,
    overridden  boolean not null default false
  );
  create index on write.prescribing_facts (patient_id, kind, code_system, code);
  create unique index duplicate_therapy on write.prescribing_facts (patient_id, code_system, code)
    where kind = 'medication' and not overridden;

  create function write.add_medication(entry uuid, patient uuid, system text, medication text, override boolean)
  returns void language plpgsql as $$
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
  end $$;

  create function write.add_allergy(entry uuid, patient uuid, system text, substance text)
  returns void language sql as $$
    insert into write.prescribing_facts (entry_id, kind, patient_id, code_system, code)
    values (entry, 'allergy', patient, system, substance);
  $$;

  create function write.remove_prescribing_fact(entry uuid)
  returns void language sql as $$
    delete from write.prescribing_facts where entry_id = entry;
  $$;
`;

const listOf = (list: string) => `
  create table read.${list} (
    id           uuid primary key,
    patient_id   uuid not null,
    in_chart     boolean not null,
    effective_at timestamptz not null,
    entry        jsonb not null
  );
  create index on read.${list} (patient_id, effective_at desc, id desc) where in_chart;
`;

const READ_TABLES = `
  create table read.patient_charts (
    patient_id       uuid primary key,
    deceased_at      timestamptz,
    entered_in_error boolean not null
  );

  create table read.timeline (
    id               uuid primary key,
    patient_id       uuid not null,
    encounter_id     uuid,
    type             text not null,
    effective_at     timestamptz not null,
    entered_in_error boolean not null,
    item             jsonb not null
  );
  create index on read.timeline (patient_id, effective_at desc, id desc);
  create index on read.timeline (patient_id, type, effective_at desc, id desc);
  create index on read.timeline (encounter_id) where encounter_id is not null;

  create table read.observation_series (
    id             text collate "C" primary key,
    observation_id uuid not null,
    patient_id     uuid not null,
    code_system    text not null,
    code           text not null,
    category       text,
    effective_at   timestamptz not null,
    value          double precision,
    unit           text,
    observed       jsonb not null
  );
  create index on read.observation_series (patient_id, code_system, code, effective_at, id);
  create index on read.observation_series (patient_id, code_system, code, effective_at desc, id desc)
    where category = 'vital-signs';
`;
