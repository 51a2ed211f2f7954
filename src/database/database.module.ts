import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { applicationRole } from './application-role.js';
import { type DatabaseSettings, openDataSource, typeOrmOptions } from './data-source.js';
import { Database, LANE_SETTINGS, type LaneSettings } from './database.js';
import { DEFAULT_LIMITS } from './limits.js';
import { migrateDatabase, refusePending } from './migrations.js';
import { refuseUnfit } from './fitness.js';

export interface DatabaseModuleOptions extends DatabaseSettings {
  /** Apply pending migrations at start; where this is off, pending ones stop the start. */
  readonly migrateOnStart: boolean;
}

/** The data source of TypeORM, migrated before anybody gets it, and prepared statements beside it. */
@Module({})
export class DatabaseModule {
  static forRoot({ migrateOnStart, ...settings }: DatabaseModuleOptions): DynamicModule {
    const laneSettings: LaneSettings = { poolSize: settings.poolSize, limits: settings.limits ?? DEFAULT_LIMITS };
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => {
            await refuseUnfit(settings.url);
            if (migrateOnStart) await migrateDatabase(settings);
            const role = await applicationRole(settings.url);
            return { ...typeOrmOptions({ ...settings, role }), autoLoadEntities: true, toRetry: () => false };
          },
          dataSourceFactory: async (options) => {
            if (!options) throw new Error('TypeORM has no options');
            const dataSource = await openDataSource(options);
            if (!migrateOnStart) await refusePending(dataSource);
            return dataSource;
          },
        }),
      ],
      providers: [Database, { provide: LANE_SETTINGS, useValue: laneSettings }],
      exports: [Database],
    };
  }
}
