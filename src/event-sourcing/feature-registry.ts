import { Injectable } from '@nestjs/common';
import type { ICommand } from '@nestjs/cqrs';
import type { AggregateClass } from './aggregate.js';
import type { CatalogueOf } from './event-catalogue.js';
import { EventCatalogue } from './event-catalogue.js';

export type CommandClass = new (...args: never[]) => ICommand;

/** What a feature module brings to the engine. */
export interface Feature {
  /** The module's event catalogue. */
  readonly events: CatalogueOf;
  readonly aggregates: readonly AggregateClass[];
  /** Commands that sagas emit: stable name → class. They are stored as JSON of their fields until they are executed. */
  readonly durableCommands?: Readonly<Record<string, CommandClass>>;
}

/** Everything that the feature modules have brought. */
@Injectable()
export class FeatureRegistry {
  readonly catalogue = new EventCatalogue();
  readonly aggregates: AggregateClass[] = [];
  private readonly commandByName = new Map<string, CommandClass>();
  private readonly nameByCommand = new Map<unknown, string>();

  add({ events, aggregates, durableCommands = {} }: Feature): void {
    this.catalogue.add(events);
    this.aggregates.push(...aggregates);
    for (const [name, command] of Object.entries(durableCommands)) {
      if (this.commandByName.has(name)) throw new Error(`The durable command name ${name} is taken twice`);
      this.commandByName.set(name, command);
      this.nameByCommand.set(command, name);
    }
  }

  /** What this build can execute; others are left to those that can. */
  get commandNames(): string[] {
    return [...this.commandByName.keys()];
  }

  /** @throws Error when the command's class is not among the durable commands of its module. */
  nameOfCommand(command: ICommand): string {
    const name = this.nameByCommand.get(command.constructor);
    if (!name)
      throw new Error(`A saga emitted ${command.constructor.name}, which no module lists in its durableCommands`);
    return name;
  }

  reviveCommand(name: string, fields: object): ICommand {
    const command = this.commandByName.get(name);
    if (!command) throw new Error(`No module lists the durable command ${name}`);
    return Object.assign(Object.create(command.prototype as object) as ICommand, fields);
  }
}
