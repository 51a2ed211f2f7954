import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { DeadLetters } from '../event-sourcing/operators/dead-letters.js';
import { OperatorLog } from '../event-sourcing/operators/operator-log.js';
import { SagaCommands } from '../event-sourcing/operators/saga-commands.js';
import type { Config } from '../operations/config.js';

/** What operators work with, beside the processes that serve: it runs no subscription and no command itself, and migrates nothing. */
@Module({ providers: [OperatorLog, DeadLetters, SagaCommands], exports: [OperatorLog, DeadLetters, SagaCommands] })
export class OpsModule {
  static with({ databaseLimits }: Config, url: string): DynamicModule {
    return {
      module: OpsModule,
      imports: [DatabaseModule.forRoot({ url, poolSize: 2, limits: databaseLimits, migrateOnStart: false })],
    };
  }
}
