import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Reads what jest wrote with `--json --outputFile`. */

/** Suites that are skipped where a Debian package is missing. Here the packages are there, so they must have run, whole. */
const NEED_A_PACKAGE = [
  'test/swagger-ui.e2e-spec.ts',
  'test/crash/dump-and-restore.e2e-spec.ts',
  'test/failures/clock.e2e-spec.ts',
];

const commands = {
  /** `count FILE STATUS`: prints passed, failed and skipped. STATUS is 0 when jest said that all is well. */
  count(file, status) {
    const results = read(file);
    // A suite that cannot even be loaded has no tests that could fail.
    let failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    if (status !== '0' && failed === 0) failed = 1;
    console.log(results.numPassedTests, failed, results.numPendingTests + results.numTodoTests);
  },

  /** `ran FILE`: fails unless every suite that needs a package has run whole. Names whatever else was skipped. */
  ran(file) {
    const { testResults } = read(file);
    const faults = [];
    for (const suite of NEED_A_PACKAGE) {
      const tests = testResults.find(({ name }) => relative('.', name) === suite)?.assertionResults ?? [];
      if (tests.length === 0) faults.push(`${suite} did not run`);
      for (const { status, fullName } of tests) if (!ran(status)) faults.push(`${suite} did not run: ${fullName}`);
    }
    for (const fault of faults) console.error(fault);
    for (const { name, assertionResults } of testResults) {
      for (const { status, fullName } of assertionResults) {
        if (!ran(status)) console.log(`Skipped: ${relative('.', name)}: ${fullName}`);
      }
    }
    process.exitCode = faults.length > 0 ? 1 : 0;
  },
};

const ran = (status) => status === 'passed' || status === 'failed';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

const [command, ...args] = process.argv.slice(2);
commands[command](...args);
