import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { applicationRole } from './application-role.js';
import { type DatabaseSettings, typeOrmOptions } from './data-source.js';
import { Database } from './database.js';
import { migrateDatabase, refusePending } from './migrations.js';

export interface DatabaseModuleOptions extends DatabaseSettings {
  /** Apply pending migrations at start; where this is off, pending ones stop the start. */
  readonly migrateOnStart: boolean;
}

/** The data source of TypeORM, migrated before anybody gets it, and prepared statements on its pool. */
@Module({})
export class DatabaseModule {
  static forRoot({ migrateOnStart, ...settings }: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => {
            if (migrateOnStart) await migrateDatabase(settings);
            const role = await applicationRole(settings.url);
            return { ...typeOrmOptions({ ...settings, role }), autoLoadEntities: true, toRetry: () => false };
          },
          dataSourceFactory: async (options) => {
            if (!options) throw new Error('TypeORM has no options');
            const dataSource = await new DataSource(options).initialize();
            if (!migrateOnStart) await refusePending(dataSource);
            return dataSource;
          },
        }),
      ],
      providers: [Database],
      exports: [Database],
    };
  }
}
