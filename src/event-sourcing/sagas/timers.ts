import type { ICommand } from '@nestjs/cqrs';
import type { Instant } from '../domain-event.js';

/** A command for later. It survives restarts: it is stored with the saga's checkpoint and executed when it is due. */
export class Timer implements ICommand {
  constructor(
    readonly command: ICommand,
    readonly dueAt: Instant,
    readonly cancelKey?: string,
  ) {}
}

/** Withdraws the timers of this saga class that carry the key and have not fired. */
export class CancelTimer implements ICommand {
  constructor(readonly cancelKey: string) {}
}

/** Emitted by a saga: execute `command` at `dueAt`, unless a `CancelTimer` with that key comes first. */
export const at = (dueAt: Instant, command: ICommand, cancelKey?: string): Timer =>
  new Timer(command, dueAt, cancelKey);
