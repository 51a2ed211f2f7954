import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from '../app.module.js';
import type { Config } from '../operations/config.js';
import { Importer } from './importer.js';
import { KnownStreams } from './replay/known.js';
import { PatientReplay } from './replay/patient-replay.js';
import { Sender } from './replay/sender.js';

/** The application with an importer beside its API: an anti-corruption layer that speaks FHIR outside and commands inside. */
@Module({ providers: [Importer, KnownStreams, PatientReplay, Sender], exports: [Importer] })
export class ImportModule {
  static with(config: Config, databaseUrl: string): DynamicModule {
    return { module: ImportModule, imports: [AppModule.with(config, databaseUrl)] };
  }
}
