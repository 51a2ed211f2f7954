import type { ICommand } from '@nestjs/cqrs';
import { lostInJson } from './json.js';
import { mustLeadToCurrent, type SchemaVersions, upcast } from './schema-versions.js';

export type CommandClass = new (...args: never[]) => ICommand;

export interface DurableCommandEntry extends SchemaVersions {
  readonly command: CommandClass;
}

/** Stable name → command that sagas emit. Without more, it is in its first version. */
export type DurableCommandsOf = Readonly<Record<string, CommandClass | DurableCommandEntry>>;

/** A command as it waits until it is executed. */
export interface StoredCommand {
  readonly name: string;
  readonly schemaVersion: number;
  /** JSON of its fields. */
  readonly payload: string;
}

/** What this build can execute: commands of that name, up to that version. */
export interface KnownCommand {
  readonly name: string;
  readonly version: number;
}

/** A command of which something would be lost until it is executed. */
export class NotStorable extends Error {
  override readonly name = 'NotStorable';

  constructor(command: string, path: string) {
    super(`${command} cannot be stored: what is in its field ${path} is not the same when it comes back from JSON`);
  }
}

/** Every command that can wait, in commands of sagas and their timers: stable name, schema version, upcasters. */
export class DurableCommands {
  private readonly byName = new Map<string, DurableCommandEntry>();
  private readonly nameByClass = new Map<unknown, string>();

  /** @throws Error on a name that is taken, and on a gap in the upcasters. */
  add(entries: DurableCommandsOf): void {
    for (const [name, given] of Object.entries(entries)) {
      const entry = typeof given === 'function' ? { command: given } : given;
      if (this.byName.has(name)) throw new Error(`The durable command name ${name} is taken twice`);
      mustLeadToCurrent(name, entry);
      this.byName.set(name, entry);
      this.nameByClass.set(entry.command, name);
    }
  }

  /** Others are left to the builds that can execute them. */
  get known(): readonly KnownCommand[] {
    return [...this.byName].map(([name, { version = 1 }]) => ({ name, version }));
  }

  /**
   * @throws Error when the command's class is not among the durable commands of its module
   * @throws NotStorable when it would come back as another
   */
  store(command: ICommand): StoredCommand {
    const name = this.nameByClass.get(command.constructor);
    if (name === undefined)
      throw new Error(`A saga emitted ${command.constructor.name}, which no module lists in its durableCommands`);
    const lost = lostInJson({ ...command });
    if (lost !== undefined || 'toJSON' in command) throw new NotStorable(name, lost ?? 'toJSON');
    return { name, schemaVersion: this.byName.get(name)!.version ?? 1, payload: JSON.stringify(command) };
  }

  /** The command that was stored, brought to its current schema version. @throws Error when this build cannot do that. */
  revive(name: string, schemaVersion: number, fields: object): ICommand {
    const entry = this.byName.get(name);
    if (!entry || schemaVersion > (entry.version ?? 1)) {
      throw new Error(`This build does not know the durable command ${name} in version ${schemaVersion}`);
    }
    const current = upcast(fields as Record<string, unknown>, schemaVersion, entry);
    return Object.assign(Object.create(entry.command.prototype as object) as ICommand, current);
  }
}
