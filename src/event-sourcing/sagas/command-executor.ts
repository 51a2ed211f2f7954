import { Injectable } from '@nestjs/common';
import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { runInContext, SYSTEM } from '../execution-context.js';
import type { Effect } from '../unit-of-work.js';

export interface Causes {
  readonly correlationId: string;
  readonly causationId: string;
}

/** Executes a pending command; its effects go into the command's own transaction. A port: a small model in the simulation. */
export abstract class CommandExecutor {
  abstract execute(command: ICommand, causes: Causes, effects: readonly Effect[]): Promise<unknown>;
}

@Injectable()
export class BusExecutor extends CommandExecutor {
  constructor(private readonly commandBus: CommandBus) {
    super();
  }

  execute(command: ICommand, causes: Causes, effects: readonly Effect[]): Promise<unknown> {
    return runInContext({ actor: SYSTEM, ...causes, effects }, () => this.commandBus.execute(command));
  }
}
