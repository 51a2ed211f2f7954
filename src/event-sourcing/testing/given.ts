import type { Aggregate, AggregateClass } from '../aggregate.js';
import type { DomainEvent } from '../domain-event.js';
import { DomainError } from '../errors.js';

/**
 * Tests of rules, without mocks and without a database:
 *
 *     const given = scenariosOf(Appointment);
 *     given(booked, checkedIn).when((a) => a.cancel('pat', 'patient', now)).then(cancelled);
 *     given(fulfilled).when((a) => a.cancel('pat', 'patient', now)).thenRefuses('appointment-not-cancellable');
 */
export const scenariosOf =
  <T extends Aggregate>(aggregate: AggregateClass<T>, id = '018f0000-0000-7000-8000-000000000001') =>
  (...history: DomainEvent[]) => {
    const subject = new aggregate(id);
    for (const event of history) subject.replay(event);
    subject.version = history.length;

    const decide = (decision: (subject: T) => void) => {
      decision(subject);
      return [...subject.getUncommittedEvents()] as DomainEvent[];
    };

    return {
      subject,
      when: (decision: (subject: T) => void) => ({
        /** Exactly these events, in this order. */
        then: (...expected: DomainEvent[]) => {
          const facts = (events: DomainEvent[]) =>
            events.map((event) => ({ event: event.constructor.name, data: event.data }));
          expect(facts(decide(decision))).toEqual(facts(expected));
        },
        thenNothing: () => expect(decide(decision)).toEqual([]),
        /** Refused with this code, and no event applied. */
        thenRefuses: (code: string) => {
          let error: unknown;
          try {
            decide(decision);
          } catch (thrown) {
            error = thrown;
          }
          expect(error).toBeInstanceOf(DomainError);
          expect((error as DomainError).code).toBe(code);
          expect(subject.getUncommittedEvents()).toEqual([]);
        },
      }),
    };
  };
