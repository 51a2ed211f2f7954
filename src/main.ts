import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { openDatabase } from './database/open-database.js';
import { ApiAdapter, configureApp } from './http/index.js';
import { readSettings } from './operations/settings.js';
import { listen } from './operations/listen.js';
import { JsonLogger } from './operations/logger.js';
import { runProgram } from './operations/program.js';
import { logRequests } from './operations/request-log.js';
import { prepareDrain, stopOnSignals } from './operations/shutdown.js';

await runProgram(async () => {
  const config = readSettings();
  const logger = new JsonLogger(config.logLevel);
  const database = await openDatabase(config, console.error);
  try {
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.with(config, database.url),
      new ApiAdapter(),
      { logger, abortOnError: false },
    );
    logRequests(app, logger.pino);
    prepareDrain(app);
    configureApp(app, { corsOrigins: config.corsOrigins });
    stopOnSignals(app, { timeoutMs: config.shutdownTimeoutMs, logger, closeDatabase: () => database.close() });
    const url = await listen(app, config);
    console.log(`Anamnesis listens on ${url}: try it in Swagger UI at ${url}/docs`);
  } catch (error) {
    await database.close();
    throw error;
  }
});
