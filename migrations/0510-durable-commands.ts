import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Commands of sagas and timers have a schema version, as events have. Builds from before store the first version, and execute any. */
export class DurableCommands1700000510000 implements MigrationInterface {
  name = 'DurableCommands1700000510000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table write.pending_commands add column schema_version smallint not null default 1`);
  }

  async down(): Promise<void> {
    throw new Error('What waits to be executed is never dropped by a migration');
  }
}
