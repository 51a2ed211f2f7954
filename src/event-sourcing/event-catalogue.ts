import type { DomainEvent, EventClass } from './domain-event.js';
import { mustLeadToCurrent, type SchemaVersions, upcast, type Upcaster } from './schema-versions.js';

export interface CatalogueEntry extends SchemaVersions {
  readonly event: EventClass;
  /** Top-level fields of the data that are personal: kept out of logs, found for an erasure. */
  readonly personalData?: readonly string[];
}

/** Stable name → event. The names are stored for ever; class names never are. */
export type CatalogueOf = Readonly<Record<string, CatalogueEntry>>;

/** The published events of one module, under `module.event-name`. */
export function catalogue(module: string, entries: CatalogueOf): CatalogueOf {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [`${module}.${name}`, entry]));
}

interface Known {
  readonly name: string;
  readonly version: number;
  readonly event: EventClass;
  readonly upcasters: Readonly<Record<number, Upcaster>>;
  readonly personalData: readonly string[];
}

/** Every event of the application: stable name, schema version, upcasters, personal data. */
export class EventCatalogue {
  private readonly byName = new Map<string, Known>();
  private readonly byClass = new Map<unknown, Known>();

  /** @throws Error on a name or class that is taken, and on a gap in the upcasters. */
  add(entries: CatalogueOf): void {
    for (const [name, { event, version = 1, upcasters = {}, personalData = [] }] of Object.entries(entries)) {
      if (this.byName.has(name)) throw new Error(`The event name ${name} is taken twice`);
      if (this.byClass.has(event)) throw new Error(`${event.name} has two names in the event catalogue`);
      mustLeadToCurrent(name, { version, upcasters });
      const known = { name, version, event, upcasters, personalData };
      this.byName.set(name, known);
      this.byClass.set(event, known);
    }
  }

  has(event: EventClass): boolean {
    return this.byClass.has(event);
  }

  /** @throws Error when the class is in no catalogue. */
  of(event: EventClass): Known {
    const known = this.byClass.get(event);
    if (!known) throw new Error(`${event.name} is in no event catalogue`);
    return known;
  }

  all(): Iterable<Known> {
    return this.byName.values();
  }

  /** The class of that name; undefined where only another build knows it. */
  named(name: string): EventClass | undefined {
    return this.byName.get(name)?.event;
  }

  /** Whether this build knows the name, and the version. */
  knows(name: string, version: number): boolean {
    return version <= (this.byName.get(name)?.version ?? 0);
  }

  /** The event that was stored, brought to its current schema version. @throws UnreadableEvent when this build cannot do that. */
  revive(name: string, version: number, data: Record<string, unknown>): DomainEvent {
    const known = this.byName.get(name);
    if (!known) throw new UnreadableEvent(name, version, 'no event catalogue of this build knows it');
    if (version > known.version) throw new UnreadableEvent(name, version, `this build knows version ${known.version}`);
    try {
      return new known.event(upcast(data, version, known));
    } catch (error) {
      // the message may quote the data
      throw new UnreadableEvent(name, version, error instanceof Error ? error.name : 'an error that is no Error');
    }
  }
}

/** A stored event that this build cannot revive; another one may. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';

  constructor(type: string, schemaVersion: number, reason: string) {
    super(`${type} in version ${schemaVersion} cannot be read: ${reason}`);
  }
}
