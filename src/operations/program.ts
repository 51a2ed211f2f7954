import { PendingMigrations } from '../database/migrations.js';
import { DifferentPast } from '../database/past.js';
import { SettingError } from './config.js';

const TOLD_IN_ONE_LINE = [SettingError, PendingMigrations, DifferentPast];

/** Runs a program. What its user can set right is told in one line on stderr, anything else with its stack. Then it exits with 1. */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    console.error(TOLD_IN_ONE_LINE.some((kind) => error instanceof kind) ? (error as Error).message : error);
    process.exit(1);
  }
}
