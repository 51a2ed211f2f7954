import { PendingMigrations } from '../database/migrations.js';
import { SettingError } from './config.js';

/** Runs a program. What its user can set right is told in one line on stderr, anything else with its stack. Then it exits with 1. */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    console.error(error instanceof SettingError || error instanceof PendingMigrations ? error.message : error);
    process.exit(1);
  }
}
