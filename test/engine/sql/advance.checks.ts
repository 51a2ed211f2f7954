import type { Check } from './check.js';
import { stepChecks } from './step.checks.js';

export const advanceChecks: Check[] = stepChecks((on, step) => on.advance(step));
