import { PendingMigrations } from '../database/migrations.js';
import { ofThisDatabase } from '../database/origin.js';
import { DifferentPast } from '../database/past.js';
import { isTransient, sqlStateOf } from '../database/sql-state.js';
import { isUnavailable } from '../database/unavailable.js';
import { DomainError } from '../event-sourcing/index.js';
import { SettingError } from './config.js';

const TOLD_IN_ONE_LINE = [SettingError, PendingMigrations, DifferentPast, DomainError];

/** The database is the operator's, who wants to know what it said, and not where in this program that was heard. */
const lineOf = (error: unknown): string | undefined => {
  if (TOLD_IN_ONE_LINE.some((kind) => error instanceof kind)) return (error as Error).message;
  const trouble = ofThisDatabase(error);
  if (!isUnavailable(trouble) && !isTransient(trouble)) return undefined;
  const { cause = trouble } = trouble as Error;
  const said = cause instanceof Error ? cause.message.split('\n')[0] : 'it says nothing';
  const sqlState = sqlStateOf(trouble);
  return `The database cannot be used: ${said}${sqlState ? ` (SQLSTATE ${sqlState})` : ''}`;
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
