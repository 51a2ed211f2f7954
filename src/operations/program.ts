import { PendingMigrations } from '../database/migrations.js';
import { ofThisDatabase } from '../database/origin.js';
import { DifferentPast } from '../database/past.js';
import { isUnavailable } from '../database/unavailable.js';
import { SettingError } from './config.js';

const TOLD_IN_ONE_LINE = [SettingError, PendingMigrations, DifferentPast];

/** The database is the operator's, who wants to know what it said, and not where in this program that was heard. */
const lineOf = (error: unknown): string | undefined => {
  if (TOLD_IN_ONE_LINE.some((kind) => error instanceof kind)) return (error as Error).message;
  const trouble = ofThisDatabase(error);
  if (!isUnavailable(trouble)) return undefined;
  const said = trouble.cause instanceof Error ? trouble.cause.message.split('\n')[0] : 'nothing';
  return `The database cannot be used: ${said}${trouble.sqlState ? ` (SQLSTATE ${trouble.sqlState})` : ''}`;
};

/** Runs a program. What its user can set right is told in one line on stderr, anything else with its stack. Then it exits with 1. */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    console.error(lineOf(error) ?? error);
    process.exit(1);
  }
}
