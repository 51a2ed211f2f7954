import { type INestApplicationContext, type LoggerService, Module, type Type } from '@nestjs/common';
import { CommandBus, type ICommand, type IQuery, QueryBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { DatabaseModule } from '../../src/database/database.module.js';
import { Database } from '../../src/database/database.js';
import { statement } from '../../src/database/sql.js';
import {
  EventSourcingModule,
  type ExecutionContext,
  newId,
  runInContext,
  SubscriptionStatus,
  SYSTEM,
} from '../../src/event-sourcing/index.js';
import { createTestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';
import { CounterModule, counterTables } from './counter.js';

export interface EngineOptions {
  readonly modules?: Type[];
  readonly runsWork?: boolean;
  /** How long handlers and commands of sagas may take. */
  readonly foreignWorkLimitMs?: number;
  readonly logger?: LoggerService | false;
}

/** The engine alone, with a small module on it, in this process. Several can share one database. */
export class Engine {
  private constructor(
    readonly app: INestApplicationContext,
    readonly databaseUrl: string,
  ) {}

  static async start(
    databaseUrl: string,
    { modules = [CounterModule], runsWork = true, foreignWorkLimitMs, logger = false }: EngineOptions = {},
  ): Promise<Engine> {
    @Module({
      imports: [
        DatabaseModule.forRoot({ url: databaseUrl, poolSize: 10, migrateOnStart: false }),
        EventSourcingModule.forRoot({
          readYourWriteTimeoutMs: 2000,
          runsWork,
          ...(foreignWorkLimitMs !== undefined && { foreignWorkLimitMs }),
          metadataOf: (_event, { streamId }) => ({ patientId: streamId }),
        }),
        ...modules,
      ],
    })
    class EngineTestModule {}
    return new Engine(
      await NestFactory.createApplicationContext(EngineTestModule, { logger, abortOnError: false }),
      databaseUrl,
    );
  }

  execute<R>(
    command: ICommand,
    context: Partial<ExecutionContext> = {},
  ): Promise<{ result: R; context: ExecutionContext }> {
    const whole: ExecutionContext = { actor: SYSTEM, correlationId: newId(), ...context };
    return runInContext(whole, async () => ({
      result: await this.app.get(CommandBus).execute<ICommand, R>(command),
      context: whole,
    }));
  }

  query<R>(query: IQuery, consistencyToken?: number): Promise<R> {
    const context = {
      actor: SYSTEM,
      correlationId: newId(),
      ...(consistencyToken !== undefined && { consistencyToken }),
    };
    return runInContext(context, () => this.app.get(QueryBus).execute<IQuery, R>(query));
  }

  rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.app.get(Database).query<Row>(statement(text), values);
  }

  /** Waits until every subscription has seen every event and every due command is done. */
  settle(timeoutMs = 20_000): Promise<void> {
    return until(
      async () => (await this.app.get(SubscriptionStatus).states()).every((state) => state.running && state.caughtUp),
      timeoutMs,
    );
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

/** A database with the tables of the counter module. */
export async function createEngineDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(counterTables);
  await client.end();
  return database;
}
