import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { Database } from '../../src/database/database.js';
import { sql } from '../../src/database/sql.js';
import { ApiAdapter, configureApp } from '../../src/http/index.js';
import { Config } from '../../src/operations/config.js';
import { SubscriptionStatus } from '../../src/event-sourcing/index.js';
import { type CallerRole, type Client, clientOf } from './client.js';
import { createTestDatabase } from './test-database.js';
import { until } from './until.js';

export interface TestAppOptions {
  /** Settings beside the database, as in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing database, such as one that another application of the same test uses. It is not dropped at the end. */
  readonly databaseUrl?: string;
  /** Replaces providers: `(module) => module.overrideProvider(Clock).useValue(clock)`. */
  readonly override?: (module: TestingModuleBuilder) => TestingModuleBuilder;
}

const now = sql`select clock_timestamp() as now`;

/** The whole application in this process, on a free port, with a database of its own. */
export class TestApp {
  url = '';

  constructor(
    readonly nest: NestFastifyApplication,
    readonly databaseUrl: string,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  get database(): Database {
    return this.nest.get(Database);
  }

  /** Calls the API as somebody of that role. A patient names itself by `patientId`. Without a role: without a token. */
  client(role?: CallerRole, patientId?: string): Client {
    return clientOf(this.url, role, patientId);
  }

  /** Waits until every projection and saga has seen every event, and every command that is due is done. */
  async settle(timeoutMs = 15_000): Promise<void> {
    const subscriptions = this.nest.get(SubscriptionStatus);
    await until(async () => (await subscriptions.states()).every(({ caughtUp }) => caughtUp), timeoutMs);
  }

  /** A moment between two commands: later than what is recorded, earlier than what comes next. */
  async momentBetween(): Promise<string> {
    await this.settle();
    const [row] = await this.database.query<{ now: string }>(now);
    const moment = new Date(Date.parse(row!.now) + 1).toISOString();
    await until(() => new Date().toISOString() > moment);
    return moment;
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.dropDatabase();
  }
}

export async function startTestApp({ env = {}, databaseUrl, override }: TestAppOptions = {}): Promise<TestApp> {
  const own = databaseUrl === undefined ? await createTestDatabase() : undefined;
  const url = own?.url ?? databaseUrl ?? '';
  const config = new Config({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    MIGRATE_ON_START: 'false',
    DATABASE_POOL_SIZE: '10',
    ...env,
  });
  const builder = Test.createTestingModule({ imports: [AppModule.with(config, url)] });
  const nest = (await (override?.(builder) ?? builder).compile()).createNestApplication<NestFastifyApplication>(
    new ApiAdapter(),
    { forceCloseConnections: true, logger: false },
  );
  const app = new TestApp(nest, url, async () => own?.drop());
  try {
    configureApp(nest);
    await nest.listen(0, '127.0.0.1');
    app.url = await nest.getUrl();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
