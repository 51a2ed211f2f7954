import { isNotHeld } from '../../src/event-sourcing/store/pg-errors.js';
import type { DomainEvent } from '../../src/event-sourcing/domain-event.js';
import type { ReadTable, Row } from '../../src/event-sourcing/projections/read-table.js';
import type { EmittedCommand, PendingCommands } from '../../src/event-sourcing/sagas/pending-commands.js';
import type { Scheduler } from '../../src/event-sourcing/scheduling/scheduler.js';
import type { Checkpoint } from '../../src/event-sourcing/subscriptions/checkpoint.js';
import { type Consumer, EventFault, NotDurable } from '../../src/event-sourcing/subscriptions/consumer.js';
import type { ProcessSession, Sessions } from '../../src/event-sourcing/subscriptions/process-session.js';
import type {
  Briefing,
  Claimed,
  SubscriptionStore,
} from '../../src/event-sourcing/subscriptions/subscription-store.js';
import { PendingCommandRows, type PendingCommandRow } from './database/pending-command-rows.js';
import type { SimulatedDatabase, Transaction } from './database/simulated-database.js';
import { type SubscriptionRow, SubscriptionRows } from './database/subscription-rows.js';
import type { Network } from './machines/network.js';
import type { SimulatedProcess } from './machines/simulated-process.js';
import { Parts } from './parts.js';
import { SimulatedPendingCommands } from './ports/simulated-pending-commands.js';
import { SimulatedReadTable } from './ports/simulated-read-table.js';
import type { SimulatedSessions } from './ports/simulated-sessions.js';
import { SimulatedSubscriptionStore } from './ports/simulated-subscription-store.js';

/** Bugs that the simulation has to find: each replaces one part by one that is wrong in one way. */

/** The tail reads up to the highest position, whoever is still in flight. */
export class FloorSkipped extends Parts {
  override sessions(sessions: SimulatedSessions): Sessions {
    const open = async (): Promise<ProcessSession> => {
      const session = await sessions.open();
      const floor = session.floor.bind(session);
      session.floor = async () => ({ ...(await floor()), inFlight: undefined });
      return session;
    };
    return { open };
  }
}

/** A claim does not ask whether somebody holds the subscription. */
export class DoubleClaim extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      override isFree(): boolean {
        return true;
      }
    })(database);
  }
}

/** The checkpoint is stored first, the rows in a statement of their own. */
export class CheckpointBeforeRows extends Parts {
  override readTable(network: Network, database: SimulatedDatabase, table: string): ReadTable {
    return new (class extends SimulatedReadTable {
      protected override *writing(
        kept: readonly Row[],
        gone: readonly string[],
        checkpoint: Checkpoint,
      ): Transaction<void> {
        this.assertValid(kept);
        this.database.subscriptions.checkpoint(checkpoint);
        yield this.database.random.next() * 20;
        this.put(kept, gone);
      }
    })(network, database, table);
  }
}

/** Timers are kept in the memory of the process until they are due. */
export class LostTimer extends Parts {
  override pendingCommands(network: Network, database: SimulatedDatabase, scheduler: Scheduler): PendingCommands {
    const { pendingCommands } = database;
    return new (class extends SimulatedPendingCommands {
      override async store(
        saga: string,
        emitted: readonly EmittedCommand[],
        cancelledKeys: readonly string[],
        checkpoint: Checkpoint,
      ): Promise<void> {
        const isTimer = ({ dueAt }: EmittedCommand) => dueAt !== null;
        await super.store(
          saga,
          emitted.filter((command) => !isTimer(command)),
          cancelledKeys,
          checkpoint,
        );
        for (const timer of emitted.filter(isTimer)) {
          void scheduler
            .pause(Date.parse(timer.dueAt!) - database.now)
            .then(() => network.ask('timer', () => pendingCommands.insert(saga, timer)))
            .catch(() => undefined);
        }
      }
    })(network, pendingCommands);
  }
}

/** A claim does not raise the epoch: who held it before writes on. */
export class LeaseWithoutEpoch extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      protected override epochOfNextHolder({ epoch }: SubscriptionRow): number {
        return epoch;
      }
    })(database);
  }
}

/** Nobody looks at what a renewal, or idle progress, says of what is still held. */
export class RenewIgnored extends Parts {
  override subscriptionStore(network: Network, { subscriptions }: SimulatedDatabase): SubscriptionStore {
    return new (class extends SimulatedSubscriptionStore {
      private readonly epochs = new Map<string, number>();

      override async claim(names: readonly string[], owner: number): Promise<Claimed[]> {
        const claimed = await super.claim(names, owner);
        for (const { name, epoch } of claimed) this.epochs.set(name, epoch);
        return claimed;
      }

      override async renew(names: readonly string[], owner: number): Promise<ReadonlyMap<string, number>> {
        await super.renew(names, owner);
        return this.epochs;
      }

      override async advanceIdle(steps: readonly Checkpoint[]): Promise<ReadonlySet<string>> {
        await super.advanceIdle(steps);
        return new Set(steps.map(({ subscription }) => subscription));
      }
    })(network, subscriptions);
  }
}

/** A runner that died gives nothing back, and its process prolongs all that stands on its name. */
export class DeadRunnerKeepsItsLease extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      override renew(names: readonly string[], owner: number): ReadonlyMap<string, number> {
        const asked = super.renew(names, owner);
        super.renew([...this.rows.keys()], owner);
        return asked;
      }

      override giveBack(): void {
        // it is kept
      }
    })(database);
  }
}

/** Whatever goes wrong with a write is taken for the event's fault. */
export class PoisonListTooLong extends Parts {
  override consumer(consumer: Consumer): Consumer {
    const apply = consumer.apply.bind(consumer);
    consumer.apply = async (events: readonly DomainEvent[], checkpoint: Checkpoint) => {
      try {
        return await apply(events, checkpoint);
      } catch (error) {
        if (isNotHeld(error) || error instanceof NotDurable || error instanceof EventFault) throw error;
        throw new EventFault(undefined, error);
      }
    };
    return consumer;
  }
}

/** Only processes that work declare their subscriptions. */
export class EventsBeforeTheFirstWorker extends Parts {
  override async declare(process: SimulatedProcess): Promise<void> {
    if (process.runsWork) await super.declare(process);
  }
}

/** A holder is not told which types other builds handle. */
export class TypePassedOver extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      override brief(names: readonly string[]): ReadonlyMap<string, Briefing> {
        const told = [...super.brief(names)];
        return new Map(told.map(([name, briefing]) => [name, { ...briefing, declared: new Map() }]));
      }
    })(database);
  }
}

/** A type that is new leaves the subscription with whoever holds it and does not know. */
export class HolderNotToldOfNewType extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      protected override takeAway(): void {
        // it stays where it is
      }
    })(database);
  }
}

/** The tail does not look whether somebody has declared a type: who lost a subscription by it goes on in memory until he renews. */
export class DeclarationUnheard extends Parts {
  override sessions(sessions: SimulatedSessions): Sessions {
    const open = async (): Promise<ProcessSession> => {
      const session = await sessions.open();
      const floor = session.floor.bind(session);
      session.floor = async () => ({ ...(await floor()), declared: 0 });
      return session;
    };
    return { open };
  }
}

/** A checkpoint is stored whoever holds the subscription, wherever the step began. */
export class CheckpointWithoutFence extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      protected override isHeld(): boolean {
        return true;
      }
    })(database);
  }
}

/** A cancel key withdraws the timers of another class, too. */
export class CancelKeysShared extends Parts {
  override pendingCommandRows(database: SimulatedDatabase) {
    return new (class extends PendingCommandRows {
      protected override withdrawnBy(_saga: string, keys: readonly string[]): PendingCommandRow[] {
        return this.rows.filter(({ status, cancelKey }) => status === 'pending' && keys.includes(cancelKey ?? ''));
      }
    })(database);
  }
}

/** Commands for the events of one stream run as they come. */
export class CommandsInAnyOrder extends Parts {
  override pendingCommandRows(database: SimulatedDatabase) {
    return new (class extends PendingCommandRows {
      protected override isFirstOfItsStream(): boolean {
        return true;
      }
    })(database);
  }
}

/** A lease of before a clock was set back holds until the clock has caught up. */
export class LeaseOfTheFuture extends Parts {
  override subscriptionRows(database: SimulatedDatabase) {
    return new (class extends SubscriptionRows {
      protected override isOver(leaseUntil: number): boolean {
        return leaseUntil < this.database.now;
      }
    })(database);
  }
}
