import type { ICommand, ISaga } from '@nestjs/cqrs';
import { Observable, type Operator, tap } from 'rxjs';
import type { DomainEvent, EventClass } from '../domain-event.js';
import type { EventCatalogue } from '../event-catalogue.js';
import { NotDurable } from '../subscriptions/consumer.js';

class LookedInto extends Error {}

/** A saga was asked about an event of a type: what it did with it tells whether the type is one of its own. */
interface Probe {
  /** It came through the first operator, as through an `ofType` that names it. */
  passed: boolean;
  /** Its type was looked at. */
  checked: boolean;
}

/**
 * The sagas of one class over a source that delivers what it is given, at once and anew for each event. They are put together once,
 * as by Nest.
 *
 * The types that a class answers follow from the first operator on its source: those that an `ofType` there lets through. One
 * that decides by anything else, or not by the event at all, is asked about every type. So a setting or service further down the pipe
 * decides of each event, and never of a type.
 */
export class SagaSource {
  private delivered: readonly DomainEvent[] = [];
  private probe: Probe | undefined;
  private readonly answers: readonly Observable<ICommand>[];

  constructor(
    private readonly name: string,
    sagas: readonly ISaga<DomainEvent>[],
  ) {
    const plain = new Observable<DomainEvent>((saga) => {
      for (const event of this.delivered) saga.next(event);
      saga.complete();
    });
    const onFirstPassed = () => {
      if (this.probe) this.probe.passed = true;
    };
    this.answers = sagas.map((saga) => saga(new FirstOperatorWatched(plain, onFirstPassed)));
  }

  /** @throws NotDurable when a saga does not answer at once: its operators need time. */
  commandsFor(events: readonly DomainEvent[]): ICommand[] {
    this.delivered = events;
    const commands: ICommand[] = [];
    for (const commands$ of this.answers) {
      const outcome: { completed: boolean; error?: Error } = { completed: false };
      const subscription = commands$.subscribe({
        next: (command) => commands.push(command),
        error: (error: unknown) => (outcome.error = error instanceof Error ? error : new Error(String(error))),
        complete: () => (outcome.completed = true),
      });
      subscription.unsubscribe();
      if (outcome.error !== undefined) throw outcome.error;
      if (!outcome.completed) {
        throw new NotDurable(`The saga ${this.name} uses an operator that needs time: it cannot be durable`);
      }
    }
    return commands;
  }

  /** Names of the events that these sagas answer, or may answer. */
  typesIn(catalogue: EventCatalogue): ReadonlySet<string> {
    return new Set([...catalogue.all()].filter(({ event }) => this.answersType(event)).map(({ name }) => name));
  }

  private answersType(type: EventClass): boolean {
    const probe: Probe = { passed: false, checked: false };
    this.probe = probe;
    try {
      const commands = this.commandsFor([probeOf(type, probe)]);
      return commands.length > 0 || probe.passed || !probe.checked;
    } catch {
      // it looked into the event, or needs time: it has to be asked
      return true;
    } finally {
      this.probe = undefined;
    }
  }
}

/** An event of a type of which nothing but the type may be looked at. */
const probeOf = (type: EventClass, probe: Probe): DomainEvent =>
  new Proxy(Object.create(type.prototype as object) as DomainEvent, {
    getPrototypeOf: (target) => {
      probe.checked = true;
      return Reflect.getPrototypeOf(target);
    },
    get: () => {
      throw new LookedInto();
    },
    has: () => {
      throw new LookedInto();
    },
    ownKeys: () => {
      throw new LookedInto();
    },
  });

class FirstOperatorWatched extends Observable<DomainEvent> {
  constructor(
    private readonly plain: Observable<DomainEvent>,
    private readonly onPassed: () => void,
  ) {
    super((saga) => {
      onPassed();
      return plain.subscribe(saga);
    });
  }

  override lift<R>(operator?: Operator<DomainEvent, R>): Observable<R> {
    const lifted = new Observable<R>();
    lifted.source = this.plain;
    lifted.operator = operator;
    return lifted.pipe(tap(this.onPassed));
  }
}
