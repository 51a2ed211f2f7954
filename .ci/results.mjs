import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Reads what jest wrote with `--json --outputFile`. */

/** Suites that jest skips where a Debian package is missing. Here the packages are there, so they must have run. */
const NEED_A_PACKAGE = ['test/swagger-ui.e2e-spec.ts'];

const commands = {
  /** `count FILE STATUS`: prints passed, failed and skipped. STATUS is 0 when jest said that all is well. */
  count(file, status) {
    const results = read(file);
    // A suite that cannot even be loaded has no tests that could fail.
    let failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    if (status !== '0' && failed === 0) failed = 1;
    console.log(results.numPassedTests, failed, results.numPendingTests + results.numTodoTests);
  },

  /** `ran FILE`: fails unless every suite that needs a package has run, and nothing at all was skipped. */
  ran(file) {
    const { testResults } = read(file);
    const faults = [];
    for (const { name, assertionResults } of testResults) {
      for (const { status, fullName } of assertionResults) {
        if (status === 'pending' || status === 'todo') faults.push(`skipped: ${relative('.', name)}: ${fullName}`);
      }
    }
    for (const suite of NEED_A_PACKAGE) {
      const tests = testResults.find(({ name }) => relative('.', name) === suite)?.assertionResults ?? [];
      if (!tests.some(({ status }) => status === 'passed' || status === 'failed')) faults.push(`did not run: ${suite}`);
    }
    for (const fault of faults) console.log(fault);
    process.exitCode = faults.length > 0 ? 1 : 0;
  },
};

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

const [command, ...args] = process.argv.slice(2);
commands[command](...args);
