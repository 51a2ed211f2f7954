// The import of a folder of FHIR bundles, as a user runs it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { built, dist } from '../lib/built.mjs';
import { options, resultsFolder, root, ROUNDS } from '../lib/config.mjs';
import { cpuMeter, median, n0, n2, spread } from '../lib/measure.mjs';
import { freshDatabase } from '../lib/postgres.mjs';
import { profiles } from '../lib/profile.mjs';
import { atLeast } from '../lib/report.mjs';

const folder = process.env.SYNTHEA_FOLDER ?? path.join(root, '../shared/data/synthea');
const SUMMARY = /^([\d,]+) resources of ([\d,]+) files in ([\d.]+) s/m;

export async function measure() {
  if (!existsSync(folder)) {
    return { title: 'Import', left: 'Not measured: there is no folder of FHIR bundles (SYNTHEA_FOLDER).' };
  }
  const { migrateDatabase } = await built('database/migrations');
  const runs = [];
  for (let round = 0; round < (options.short ? 1 : Math.min(ROUNDS, 3)); round++) {
    const url = await freshDatabase('import', (_client, fresh) => migrateDatabase({ url: fresh, poolSize: 2 }));
    const profile = profiles('import')
      ? ['--cpu-prof', '--cpu-prof-name=import.cpuprofile', `--cpu-prof-dir=${resultsFolder}`]
      : [];
    const meter = cpuMeter({ pid: process.pid });
    const t0 = performance.now();
    // 1 says that something of the folder failed or was refused: the report tells
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...profile, path.join(dist, 'src/import/main.js'), folder],
      { cwd: path.dirname(dist), env: { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'error' } },
    ).catch((error) => (SUMMARY.test(error.stdout) ? error : Promise.reject(error)));
    const whole = (performance.now() - t0) / 1000;
    const cpu = meter();
    const [, resources, files, seconds] = SUMMARY.exec(stdout).map((text) => Number(text.replaceAll(',', '')));
    runs.push({
      resources,
      files,
      seconds,
      whole,
      perSecond: resources / seconds,
      pg: cpu.pg,
      ours: cpu.load,
      other: cpu.other,
    });
    console.error(
      `import, round ${round + 1}: ${n0(resources / seconds)} resources/s, with start and catch-up ${n2(whole)} s`,
    );
  }
  const of = (figure) => median(runs.map(figure));
  const rate = of((r) => r.perSecond);
  return {
    title: 'Import',
    how: '`npm run import` into an empty database, every resource by commands. The rate is the program’s own, from its start to the last command; the whole time adds boot and the catch-up of all read models.',
    tables: [
      {
        headers: [
          'resources',
          'files',
          'resources/s',
          'seconds',
          'with boot and catch-up',
          'process cores',
          'PG cores',
          'other cores',
          'spread',
        ],
        rows: [
          [
            n0(runs[0].resources),
            n0(runs[0].files),
            n0(rate),
            n2(of((r) => r.seconds)),
            n2(of((r) => r.whole)),
            n2(of((r) => r.ours)),
            n2(of((r) => r.pg)),
            n2(of((r) => r.other)),
            `${n0(spread(runs.map((r) => r.perSecond)))} %`,
          ],
        ],
      },
    ],
    targets: [atLeast('import, resources/s', rate, '1000')],
  };
}
