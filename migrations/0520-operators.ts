import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators do to events that were set aside and to commands that wait: by whom and why, for ever. */
export class Operators1700000520000 implements MigrationInterface {
  name = 'Operators1700000520000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table write.operator_acts (
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        operator text not null check (operator <> ''),
        reason text not null check (reason <> ''),
        act text not null,
        -- what it was done to, as it was before; without data of events and commands
        target jsonb not null
      )`);

    // retry: an operator asks that it be tried again. Builds from before try whatever has not failed.
    await runner.query(`
      alter table write.dead_letters drop constraint dead_letters_kind_check,
        add constraint dead_letters_kind_check check (kind in ('failed', 'unreadable', 'passed-over', 'behind', 'retry'))`);
  }

  async down(): Promise<void> {
    throw new Error('What operators did is never dropped by a migration');
  }
}
