import type { KnownCommand } from '../../../src/event-sourcing/durable-commands.js';
import {
  type EmittedCommand,
  type PendingCommand,
  PendingCommands,
} from '../../../src/event-sourcing/sagas/pending-commands.js';
import type { Checkpoint } from '../../../src/event-sourcing/subscriptions/checkpoint.js';
import type { Effect } from '../../../src/event-sourcing/unit-of-work.js';
import type { PendingCommandRows } from '../database/pending-command-rows.js';
import type { Network } from '../machines/network.js';
import { textOf } from './simulated-subscription-store.js';

export class SimulatedPendingCommands extends PendingCommands {
  constructor(
    private readonly network: Network,
    private readonly rows: PendingCommandRows,
  ) {
    super();
  }

  store(
    saga: string,
    emitted: readonly EmittedCommand[],
    cancelledKeys: readonly string[],
    checkpoint: Checkpoint,
  ): Promise<void> {
    return this.network.step(saga, 'rows', `store ${emitted.length} of ${textOf(checkpoint)}`, () =>
      this.rows.store(saga, emitted, cancelledKeys, checkpoint),
    );
  }

  claim(owner: number, known: readonly KnownCommand[], limit: number): Promise<PendingCommand[]> {
    return this.network.ask('claim commands', () => this.rows.claim(owner, known, limit));
  }

  nextDueInMs(known: readonly KnownCommand[]): Promise<number | undefined> {
    return this.network.read('next due', () => this.rows.nextDueInMs(known));
  }

  completion({ id, epoch }: PendingCommand): Effect {
    return { call: 'write.complete_command($1, $2)', values: [id, epoch] };
  }

  finishAs(status: 'refused' | 'dead', command: PendingCommand): Promise<void> {
    return this.network.transact(`finish ${command.id} as ${status}`, () => this.rows.finishAs(status, command));
  }

  postpone(command: PendingCommand, seconds: number): Promise<void> {
    return this.network.transact(`postpone ${command.id} by ${seconds} s`, () => this.rows.postpone(command, seconds));
  }

  giveBack(command: PendingCommand, seconds: number): Promise<void> {
    return this.network.transact(`give back ${command.id}`, () => this.rows.giveBack(command, seconds));
  }
}
