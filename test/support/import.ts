import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleFiles } from '../../src/import/files/bundle-files.js';
import { ImportModule } from '../../src/import/import.module.js';
import { Importer, type ImportOptions } from '../../src/import/importer.js';
import type { ImportReport } from '../../src/import/report/import-report.js';
import { Config } from '../../src/operations/config.js';
import { bundleOf, named, type Resource } from './fhir.js';
import { Program } from './program.js';

/** The importer in this process, on the database of a test. */
export class TestImporter {
  private constructor(private readonly context: INestApplicationContext) {}

  static async start(databaseUrl: string): Promise<TestImporter> {
    const config = new Config({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      MIGRATE_ON_START: 'false',
      DATABASE_POOL_SIZE: '10',
    });
    return new TestImporter(
      await NestFactory.createApplicationContext(ImportModule.with(config, databaseUrl), {
        logger: false,
        abortOnError: false,
      }),
    );
  }

  async import(folder: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
    const importer = this.context.get(Importer);
    return importer.import(await bundleFiles(folder), { concurrency: 4, timeZone: 'UTC', ...options });
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** A folder of bundles that the test makes. */
export class BundleFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'anamnesis-bundles-'));

  bundle(name: string, resources: Readonly<Record<string, Resource>>): this {
    return this.file(name, JSON.stringify(bundleOf(named(resources)), null, 1));
  }

  /** Packed when its name says so. */
  file(name: string, content: string | Buffer): this {
    const packed = name.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content;
    writeFileSync(join(this.path, name), packed);
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** `npm run import`, as a process of its own. */
export class ImportProcess extends Program {
  constructor(args: readonly string[], databaseUrl: string) {
    super('dist/src/import/main.js', args, databaseUrl);
  }
}
