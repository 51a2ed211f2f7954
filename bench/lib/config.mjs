import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `npm run bench -- [SECTION…] [--short] [--profile SECTION]

  SECTION   append, read, project, http, visible, memory, import, growth; all of them when none is named
  --short   everything once and briefly: to see that it works, not to measure
  --profile leaves CPU profiles of our process in that section (bench/results/*.cpuprofile) and prints what is in them

  BENCH_ROUNDS, BENCH_SECONDS    rounds, and seconds of each measurement (5, 3)
  BENCH_OPS                      of http: get, search, update, book, create
  BENCH_SCRATCH                  where the folder of PostgreSQL's data is made: a disk, not memory (the system's temporary folder)
  SYNTHEA_FOLDER                 FHIR bundles for the import (../shared/data/synthea)`;

export function usage(problem) {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { short: { type: 'boolean' }, profile: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    return usage(error.message);
  }
}
const { values, positionals } = parse();
if (values.help) usage('Benchmarks of Anamnesis beside its peers');

export const options = { sections: positionals, short: values.short ?? false, profile: values.profile };

export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? (options.short ? 1 : 5));
export const SECONDS = Number(process.env.BENCH_SECONDS ?? (options.short ? 1 : 3));

/** Everything the harness writes at run time goes under here. PostgreSQL may run as another user, who has to get in. */
export const scratch = mkdtempSync(path.join(process.env.BENCH_SCRATCH ?? os.tmpdir(), 'anamnesis-bench-'));
chmodSync(scratch, 0o755);
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

export const root = path.join(import.meta.dirname, '../..');
export const resultsFolder = path.join(import.meta.dirname, '../results');
