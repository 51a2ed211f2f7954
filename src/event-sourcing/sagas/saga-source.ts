import { type ICommand, type ISaga, ofType } from '@nestjs/cqrs';
import { from, identity, Observable, type UnaryFunction } from 'rxjs';
import type { DomainEvent } from '../domain-event.js';
import type { EventCatalogue } from '../event-catalogue.js';
import { NotDurable } from '../subscriptions/consumer.js';

/**
 * The sagas of one class. For each delivery they are put together anew, as by Nest, over a source that delivers at once what it is given
 * and completes: whatever their operators keep is gone with it.
 *
 * The types that a class answers are those that Nest's `ofType` names at the beginning of its pipes, and it is asked about every event of
 * them. A class of which any pipe begins with something else, or that subscribes without a pipe, is asked about every event
 * there is. So nothing that may change, as a setting or a service, decides of a type.
 */
export class SagaSource {
  constructor(
    private readonly name: string,
    private readonly sagas: readonly ISaga<DomainEvent>[],
  ) {}

  /** @throws NotDurable when a saga does not answer at once: its operators need time. */
  commandsFor(events: readonly DomainEvent[]): ICommand[] {
    const commands: ICommand[] = [];
    for (const commands$ of this.over(events).answers) {
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
    const { answers, pipes } = this.over([]);
    const isOpen = pipes.length < answers.length || pipes.some((first) => !isOfType(first));
    const all = [...catalogue.all()];
    if (isOpen) return new Set(all.map(({ name }) => name));
    const probes = new Map(all.map(({ name, event }) => [Object.create(event.prototype as object) as unknown, name]));
    const names = new Set<string>();
    for (const first of pipes) first(from(probes.keys())).subscribe((probe) => names.add(probes.get(probe)!));
    return names;
  }

  private over(events: readonly DomainEvent[]): { answers: readonly Observable<ICommand>[]; pipes: AnyOperator[] } {
    const pipes: AnyOperator[] = [];
    const events$ = watched(from(events), pipes);
    return { answers: this.sagas.map((saga) => saga(events$)), pipes };
  }
}

/** Nest does not mark its operator; all that it makes have one text. */
const textOf = (operator: AnyOperator): string => Function.prototype.toString.call(operator);
const OF_TYPE = textOf(ofType() as AnyOperator);
const isOfType = (operator: AnyOperator): boolean => textOf(operator) === OF_TYPE;

type AnyOperator = UnaryFunction<Observable<unknown>, Observable<unknown>>;

/** The source as sagas see it. The first operator of each pipe on it is put into `pipes`. */
const watched = (delivery: Observable<DomainEvent>, pipes: AnyOperator[]): Observable<DomainEvent> =>
  Object.assign(new Observable<DomainEvent>((saga) => delivery.subscribe(saga)), {
    pipe: (first: AnyOperator = identity, ...others: AnyOperator[]) => {
      pipes.push(first);
      return others.reduce((observable, operator) => operator(observable), first(delivery));
    },
  });
