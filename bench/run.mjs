// Starts PostgreSQL, runs the sections asked for, and prints one report, which it also keeps in results/.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hasWrk } from './http/wrk.mjs';
import { options, resultsFolder, usage } from './lib/config.mjs';
import { stopChildren } from './lib/children.mjs';
import { startPostgres } from './lib/postgres.mjs';
import { machine, render } from './lib/report.mjs';

/** In the order in which they run; `wrk` marks those that cannot do without it. */
const SECTIONS = {
  append: {},
  read: {},
  project: {},
  http: { wrk: true },
  visible: { wrk: true },
  memory: { wrk: true },
  import: {},
  growth: {},
};

const names = options.sections.length > 0 ? options.sections : Object.keys(SECTIONS);
const unknown = [...names, ...(options.profile ? [options.profile] : [])].filter((name) => !(name in SECTIONS));
if (unknown.length > 0)
  usage(`There is no section ${unknown.join(', ')}. There are: ${Object.keys(SECTIONS).join(', ')}.`);
if (options.profile && !names.includes(options.profile)) names.push(options.profile);

const stopPostgres = await startPostgres();
let stopping;
const stop = () => (stopping ??= stopChildren().then(stopPostgres));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop().then(() => process.exit(130)));

const results = [];
let failed = false;
try {
  const before = await machine();
  for (const [name, { wrk }] of Object.entries(SECTIONS)) {
    if (!names.includes(name)) continue;
    if (wrk && !hasWrk()) {
      failed = true;
      results.push({ title: name, left: 'not measured: `wrk` is not on the PATH (Debian: `apt-get install wrk`)' });
      console.error(`${name}: wrk is not on the PATH, and this section needs it (Debian: apt-get install wrk)`);
      continue;
    }
    console.error(`\n== ${name}`);
    try {
      const { measure } = await import(`./sections/${name}.mjs`);
      results.push(await measure());
    } catch (error) {
      failed = true;
      results.push({ title: name, left: `not measured: ${error.message}` });
      console.error(error);
    }
    await stopChildren();
  }
  const report = render(before, results);
  console.log(report);
  if (!options.short) keep(report, before.date);
} finally {
  await stop();
}

process.exit(failed ? 1 : 0);

/** Short runs are not kept: their figures mean nothing. */
function keep(report, date) {
  mkdirSync(resultsFolder, { recursive: true });
  const part = names.length === Object.keys(SECTIONS).length ? '' : `-${names.join('-')}`;
  const file = path.join(resultsFolder, `${date.slice(0, 16).replace('T', '-').replace(':', '')}${part}.md`);
  writeFileSync(file, report);
  console.error(`\nWritten to ${path.relative(process.cwd(), file)}`);
}
