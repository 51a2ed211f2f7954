import type { ICommand, ISaga } from '@nestjs/cqrs';
import { identity, Observable, type UnaryFunction } from 'rxjs';
import type { DomainEvent, EventClass } from '../domain-event.js';
import type { EventCatalogue } from '../event-catalogue.js';
import { NotDurable } from '../subscriptions/consumer.js';

/**
 * The sagas of one class over a source that delivers what it is given, at once and anew for each event. They are put together once,
 * as by Nest.
 *
 * The types that a class answers follow from the first operators on its source: those that an `ofType` there lets through. One
 * that decides by anything else, or not by the event at all, is asked about every type. So a setting or service further down the pipe
 * decides of each event, and never of a type.
 */
export class SagaSource {
  private delivered: readonly DomainEvent[] = [];
  private readonly firstOperators: Observable<unknown>[] = [];
  private readonly answers: readonly Observable<ICommand>[];

  constructor(
    private readonly name: string,
    sagas: readonly ISaga<DomainEvent>[],
  ) {
    const delivery = new Observable<DomainEvent>((saga) => {
      for (const event of this.delivered) saga.next(event);
      saga.complete();
    });
    const events$ = watched(delivery, this.firstOperators);
    this.answers = sagas.map((saga) => saga(events$));
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
    const { firstOperators } = this;
    const all = [...catalogue.all()];
    const answered =
      firstOperators.length < this.answers.length
        ? all
        : all.filter(({ event }) => firstOperators.some((operator) => this.letsThrough(operator, event)));
    return new Set(answered.map(({ name }) => name));
  }

  private letsThrough(operator: Observable<unknown>, type: EventClass): boolean {
    const seen = { passed: false, typeOnly: false };
    this.delivered = [probeOf(type, () => (seen.typeOnly = true))];
    operator
      .subscribe({
        next: () => (seen.passed = true),
        // it looked into the event
        error: () => (seen.passed = true),
      })
      .unsubscribe();
    return seen.passed || !seen.typeOnly;
  }
}

/** An event of a type of which nothing but the type may be looked at. */
function probeOf(type: EventClass, onTypeChecked: () => void): DomainEvent {
  const refuse = (): never => {
    throw new Error('Only the type of this event may be looked at');
  };
  return new Proxy(Object.create(type.prototype as object) as DomainEvent, {
    getPrototypeOf: (target) => {
      onTypeChecked();
      return Reflect.getPrototypeOf(target);
    },
    get: refuse,
    has: refuse,
    ownKeys: refuse,
  });
}

type AnyOperator = UnaryFunction<Observable<unknown>, Observable<unknown>>;

/** The source as sagas see it. What the first operator of each pipe lets through is put into `firstOperators`. */
const watched = (delivery: Observable<DomainEvent>, firstOperators: Observable<unknown>[]): Observable<DomainEvent> =>
  Object.assign(new Observable<DomainEvent>((saga) => delivery.subscribe(saga)), {
    pipe: (first: AnyOperator = identity, ...others: AnyOperator[]) => {
      const through = first(delivery);
      firstOperators.push(through);
      return others.reduce((observable, operator) => operator(observable), through);
    },
  });
