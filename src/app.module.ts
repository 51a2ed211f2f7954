import { type DynamicModule, Module } from '@nestjs/common';
import { AppointmentsModule } from './appointments/appointments.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventSourcingModule } from './event-sourcing/index.js';
import { HttpModule } from './http/index.js';
import type { Config } from './operations/config.js';
import { OperationsModule } from './operations/operations.module.js';
import { patientOf } from './patient-of.js';
import { PatientsModule } from './patients/patients.module.js';
import { RecordsModule } from './records/records.module.js';
import { SecurityModule } from './security/index.js';

@Module({})
export class AppModule {
  static with(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forRoot({
          url: databaseUrl,
          poolSize: config.databasePoolSize,
          limits: config.databaseLimits,
          migrateOnStart: config.migrateOnStart,
        }),
        EventSourcingModule.forRoot({
          readYourWriteTimeoutMs: config.readYourWriteTimeoutMs,
          runsWork: config.role !== 'api',
          retention: config.retention,
          metadataOf: patientOf,
        }),
        OperationsModule.forRoot(config),
        SecurityModule,
        HttpModule,
        PatientsModule,
        AppointmentsModule,
        RecordsModule,
      ],
    };
  }
}
