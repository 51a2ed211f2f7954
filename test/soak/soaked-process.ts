import type { ICommand } from '@nestjs/cqrs';
import { AppendSignal } from '../../src/event-sourcing/buses/append-signal.js';
import type { DomainEvent } from '../../src/event-sourcing/domain-event.js';
import { Housekeeping } from '../../src/event-sourcing/housekeeping/housekeeping.js';
import { RETENTION } from '../../src/event-sourcing/housekeeping/retention.js';
import { ProjectionConsumer } from '../../src/event-sourcing/projections/projection-consumer.js';
import { type Causes, CommandExecutor } from '../../src/event-sourcing/sagas/command-executor.js';
import { CommandWorker } from '../../src/event-sourcing/sagas/command-worker.js';
import { SagaConsumer } from '../../src/event-sourcing/sagas/saga-consumer.js';
import { SystemScheduler } from '../../src/event-sourcing/scheduling/system-scheduler.js';
import { HandlerConsumer } from '../../src/event-sourcing/subscriptions/handler-consumer.js';
import { Subscriptions } from '../../src/event-sourcing/subscriptions/subscriptions.js';
import type { Effect as CommitEffect } from '../../src/event-sourcing/unit-of-work.js';
import type { ForgetfulDatabase } from './forgetful-database.js';
import { SoakedCommands, SoakedLog, SoakedSessions, SoakedSubscriptions, SoakedTable } from './ports.js';
import { alarms, type Answer, answering, CountProjection, type Effect, Noted, registryOfWard } from './ward.js';

const NOTHING: ReadonlySet<string> = new Set();
const LIMIT_MS = 25_000;

/** What foreign code does: it returns, or it fails, or it never returns. */
const behave = (effect: Effect): Promise<void> => {
  if (effect === 'hangs') return new Promise(() => undefined);
  if (effect === 'fails') return Promise.reject(new Error('another server refuses'));
  return Promise.resolve();
};

class WardExecutor extends CommandExecutor {
  constructor(
    private readonly database: ForgetfulDatabase,
    private readonly appended: AppendSignal,
  ) {
    super();
  }

  override async execute(command: ICommand, _causes: Causes, [completion]: readonly CommitEffect[]): Promise<void> {
    const { stream, effect } = command as Answer;
    await behave(effect);
    await this.database.ask(() => {
      const [id, epoch] = completion!.values as [string, number];
      this.database.complete(id, epoch);
      this.database.append(stream, 'ward.answered', {});
    });
    this.appended.raise();
  }
}

/** One process of the application: the engine's own classes and its scheduler, on ports that forget. */
export class SoakedProcess {
  private readonly scheduler = new SystemScheduler();
  readonly appended = new AppendSignal(this.scheduler);
  readonly subscriptions: Subscriptions;
  private readonly worker: CommandWorker;
  private readonly housekeeping: Housekeeping;

  constructor(database: ForgetfulDatabase) {
    const { scheduler, appended } = this;
    const registry = registryOfWard();
    const store = new SoakedSubscriptions(database);
    const commands = new SoakedCommands(database);
    const [sessions, log] = [new SoakedSessions(database), new SoakedLog(database)];
    this.subscriptions = new Subscriptions(sessions, log, store, registry, appended, scheduler);
    const executor = new WardExecutor(database, appended);
    this.worker = new CommandWorker(commands, executor, registry, this.subscriptions, scheduler, LIMIT_MS);
    const wake = () => this.worker.nudge();
    const [noted, counted] = [new Set(['ward.noted']), new Set(['ward.noted', 'ward.answered'])];
    const table = new SoakedTable(database);
    const handler = {
      handle: (event: DomainEvent) => behave(event instanceof Noted ? event.data.effect : 'none'),
    };
    for (const consumer of [
      new ProjectionConsumer('projection:count@1', new CountProjection(), counted, NOTHING, table, scheduler),
      new SagaConsumer('saga:Answering', answering, NOTHING, registry, commands, scheduler, wake),
      new SagaConsumer('saga:Alarms', alarms, NOTHING, registry, commands, scheduler, wake),
      new HandlerConsumer('handler:Notify', handler, noted, NOTHING, store, scheduler, LIMIT_MS),
    ]) {
      this.subscriptions.add(consumer);
    }
    const nothingIsOver = { query: () => database.ask(() => [{ mine: true, gone: 0 } as never]) };
    this.housekeeping = new Housekeeping(nothingIsOver, RETENTION, scheduler);
  }

  async start(): Promise<void> {
    await this.subscriptions.declare();
    this.subscriptions.start();
    this.worker.start();
    this.housekeeping.start();
  }

  /** A query that carries the token of a write. */
  async read(position: number): Promise<void> {
    await this.subscriptions.havePassed(['projection:count@1'], position, 2_000).catch(() => undefined);
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.subscriptions.beforeApplicationShutdown(),
      this.worker.beforeApplicationShutdown(),
      this.housekeeping.beforeApplicationShutdown(),
    ]);
  }
}
