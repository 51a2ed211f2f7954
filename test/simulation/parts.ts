import type { AppendSignal } from '../../src/event-sourcing/buses/append-signal.js';
import type { FeatureRegistry } from '../../src/event-sourcing/feature-registry.js';
import type { ReadTable } from '../../src/event-sourcing/projections/read-table.js';
import type { CommandExecutor } from '../../src/event-sourcing/sagas/command-executor.js';
import { CommandWorker } from '../../src/event-sourcing/sagas/command-worker.js';
import type { PendingCommands } from '../../src/event-sourcing/sagas/pending-commands.js';
import type { Scheduler } from '../../src/event-sourcing/scheduling/scheduler.js';
import type { Consumer } from '../../src/event-sourcing/subscriptions/consumer.js';
import type { Sessions } from '../../src/event-sourcing/subscriptions/process-session.js';
import type { SubscriptionStore } from '../../src/event-sourcing/subscriptions/subscription-store.js';
import { Subscriptions } from '../../src/event-sourcing/subscriptions/subscriptions.js';
import type { Log } from '../../src/event-sourcing/tail/log.js';
import { PendingCommandRows } from './database/pending-command-rows.js';
import type { SimulatedDatabase } from './database/simulated-database.js';
import { SubscriptionRows } from './database/subscription-rows.js';
import type { Network } from './machines/network.js';
import type { SimulatedProcess } from './machines/simulated-process.js';
import { SimulatedLog } from './ports/simulated-log.js';
import { SimulatedPendingCommands } from './ports/simulated-pending-commands.js';
import { SimulatedReadTable } from './ports/simulated-read-table.js';
import type { SimulatedSessions } from './ports/simulated-sessions.js';
import { SimulatedSubscriptionStore } from './ports/simulated-subscription-store.js';

/** What a process is put together of: the classes of the engine, and ports that are simulated. A planted bug replaces one of them. */
export class Parts {
  subscriptionRows(database: SimulatedDatabase): SubscriptionRows {
    return new SubscriptionRows(database);
  }

  pendingCommandRows(database: SimulatedDatabase): PendingCommandRows {
    return new PendingCommandRows(database);
  }

  declare(process: SimulatedProcess): Promise<void> {
    return process.subscriptions.declare();
  }

  sessions(sessions: SimulatedSessions): Sessions {
    return sessions;
  }

  log(network: Network, { log }: SimulatedDatabase): Log {
    return new SimulatedLog(network, log);
  }

  subscriptionStore(network: Network, { subscriptions }: SimulatedDatabase): SubscriptionStore {
    return new SimulatedSubscriptionStore(network, subscriptions);
  }

  pendingCommands(network: Network, { pendingCommands }: SimulatedDatabase, _scheduler: Scheduler): PendingCommands {
    return new SimulatedPendingCommands(network, pendingCommands);
  }

  readTable(network: Network, database: SimulatedDatabase, table: string): ReadTable {
    return new SimulatedReadTable(network, database, table);
  }

  consumer(consumer: Consumer): Consumer {
    return consumer;
  }

  subscriptions(
    sessions: Sessions,
    log: Log,
    store: SubscriptionStore,
    registry: FeatureRegistry,
    appended: AppendSignal,
    scheduler: Scheduler,
  ): Subscriptions {
    return new Subscriptions(sessions, log, store, registry, appended, scheduler);
  }

  commandWorker(
    commands: PendingCommands,
    executor: CommandExecutor,
    registry: FeatureRegistry,
    subscriptions: Subscriptions,
    scheduler: Scheduler,
    limitMs: number,
  ): CommandWorker {
    return new CommandWorker(commands, executor, registry, subscriptions, scheduler, limitMs);
  }
}
