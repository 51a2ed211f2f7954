import { advanceChecks } from './advance.checks.js';
import { appendChecks } from './append.checks.js';
import { appendEventChecks } from './append-event.checks.js';
import type { Check } from './check.js';
import { checkpointChecks } from './checkpoint.checks.js';
import { completeCommandChecks } from './complete-command.checks.js';
import { holdChecks } from './hold.checks.js';
import { readLogChecks } from './read-log.checks.js';
import { saveAnswerChecks } from './save-answer.checks.js';

/** The SQL functions of the engine, each with what it promises. */
export const checksOf = {
  append_event: appendEventChecks,
  append: appendChecks,
  hold: holdChecks,
  advance: advanceChecks,
  checkpoint: checkpointChecks,
  complete_command: completeCommandChecks,
  save_answer: saveAnswerChecks,
  read_log: readLogChecks,
} as const satisfies Record<string, readonly Check[]>;

export type WriteFunction = keyof typeof checksOf;
