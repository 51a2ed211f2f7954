import { type ICommand, type ISaga, ofType } from '@nestjs/cqrs';
import { from, identity, Observable, type UnaryFunction } from 'rxjs';
import type { DomainEvent } from '../domain-event.js';
import type { EventCatalogue } from '../event-catalogue.js';
import { NotDurable } from '../subscriptions/consumer.js';

/** What the sagas of a class answered, and how they looked at their source. */
interface Asked {
  readonly commands: ICommand[];
  /** First operators of the pipes on the source. */
  readonly pipes: AnyOperator[];
  /** Some saga took the source as it is. */
  tookAll: boolean;
}

/**
 * The sagas of one class. For each delivery they are put together anew, as by Nest, over a source that delivers at once what it is given
 * and completes: whatever their operators keep is gone with it.
 *
 * The types that a class answers are those that Nest's `ofType` names at the beginning of its pipes, and it is asked about every event of
 * them. A class of which any pipe begins with something else, or that takes the source without a pipe, is asked about every event
 * there is. So nothing that may change, as a setting or a service, decides of a type.
 */
export class SagaSource {
  constructor(
    private readonly name: string,
    private readonly sagas: readonly ISaga<DomainEvent>[],
  ) {}

  /** @throws NotDurable when a saga does not answer at once: its operators need time. */
  commandsFor(events: readonly DomainEvent[]): ICommand[] {
    return this.ask(events).commands;
  }

  /** Names of the events that these sagas look at, as they are put together without one, or for the one that is given. */
  typesIn(catalogue: EventCatalogue, ...events: readonly DomainEvent[]): ReadonlySet<string> {
    const { pipes, tookAll } = this.ask(events);
    const all = [...catalogue.all()];
    if (tookAll || pipes.some((first) => !isOfType(first))) return new Set(all.map(({ name }) => name));
    const probes = new Map(all.map(({ name, event }) => [Object.create(event.prototype as object) as unknown, name]));
    const names = new Set<string>();
    for (const first of pipes) first(from(probes.keys())).subscribe((probe) => names.add(probes.get(probe)!));
    return names;
  }

  private ask(events: readonly DomainEvent[]): Asked {
    const asked: Asked = { commands: [], pipes: [], tookAll: false };
    const events$ = watched(from(events), asked);
    for (const saga of this.sagas) {
      const outcome: { completed: boolean; error?: Error } = { completed: false };
      const before = asked.pipes.length;
      const subscription = saga(events$).subscribe({
        next: (command) => asked.commands.push(command),
        error: (error: unknown) => (outcome.error = error instanceof Error ? error : new Error(String(error))),
        complete: () => (outcome.completed = true),
      });
      subscription.unsubscribe();
      if (outcome.error !== undefined) throw outcome.error;
      if (!outcome.completed) {
        throw new NotDurable(`The saga ${this.name} uses an operator that needs time: it cannot be durable`);
      }
      // it may look at its source another time
      if (asked.pipes.length === before) asked.tookAll = true;
    }
    return asked;
  }
}

/** Nest does not mark its operator; all that it makes have one text. */
const textOf = (operator: AnyOperator): string => Function.prototype.toString.call(operator);
const OF_TYPE = textOf(ofType() as AnyOperator);
const isOfType = (operator: AnyOperator): boolean => textOf(operator) === OF_TYPE;

type AnyOperator = UnaryFunction<Observable<unknown>, Observable<unknown>>;

/** The source as sagas see it. How they look at it is put into `asked`. */
const watched = (delivery: Observable<DomainEvent>, asked: Asked): Observable<DomainEvent> =>
  Object.assign(
    new Observable<DomainEvent>((saga) => {
      asked.tookAll = true;
      return delivery.subscribe(saga);
    }),
    {
      pipe: (first: AnyOperator = identity, ...others: AnyOperator[]) => {
        asked.pipes.push(first);
        return others.reduce((observable, operator) => operator(observable), first(delivery));
      },
    },
  );
