import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { ApiAdapter, addressRoutes, openApiDocument } from './http/index.js';
import { Config } from './operations/config.js';

/** Writes the OpenAPI document of this build. In preview nothing is constructed: no database is needed. */
const FILE = 'dist/openapi.json';

const module = AppModule.with(new Config({ NODE_ENV: 'development' }), 'postgresql://nowhere.invalid/none');
const app = await NestFactory.create<NestFastifyApplication>(module, new ApiAdapter(), {
  preview: true,
  logger: ['error'],
  abortOnError: false,
});
addressRoutes(app);
writeFileSync(FILE, `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`);
