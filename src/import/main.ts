import { NestFactory } from '@nestjs/core';
import { openDatabase } from '../database/open-database.js';
import { SubscriptionStatus } from '../event-sourcing/index.js';
import { JsonLogger } from '../operations/logger.js';
import { runProgram } from '../operations/program.js';
import { readSettings } from '../operations/settings.js';
import { catchUp } from './catch-up.js';
import { bundleFiles } from './files/bundle-files.js';
import { ImportModule } from './import.module.js';
import { Importer } from './importer.js';
import { commandLineOf } from './options.js';
import { progressDisplay } from './report/progress-bar.js';
import { render } from './report/render.js';

/** `npm run import -- FOLDER`: brings FHIR bundles in, beside a running API or without one. */
await runProgram(async () => {
  const { folder, concurrency, timeZone } = commandLineOf(process.argv.slice(2));
  const files = await bundleFiles(folder);
  const config = readSettings();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

  const database = await openDatabase(config, console.error);
  try {
    const app = await NestFactory.createApplicationContext(ImportModule.with(config, database.url), {
      // What is asked for, else only what its user should know: the progress and the report are on the same terminal.
      logger: new JsonLogger(process.env['LOG_LEVEL'] ? config.logLevel : 'warn'),
      abortOnError: false,
    });
    const started = Date.now();
    const progress = progressDisplay(
      files.reduce((sum, { bytes }) => sum + bytes, 0),
      process.stderr,
    );
    const report = await app
      .get(Importer)
      .import(files, { concurrency, timeZone, signal: interrupted.signal, onProgress: (now) => progress.show(now) })
      .finally(() => progress.stop());
    console.log(render(report, (Date.now() - started) / 1000));
    if (!report.succeeded) process.exitCode = 1;

    if (config.role !== 'api' && !(await catchUp(app.get(SubscriptionStatus), interrupted.signal))) {
      console.error(
        'Everything is stored, but not all of it can be read yet: the read models catch up with the next start.',
      );
    }
    await app.close();
  } finally {
    await database.close();
  }
});
