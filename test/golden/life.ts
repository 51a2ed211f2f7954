import type { Aggregate, AggregateClass, DomainEvent } from '../../src/event-sourcing/index.js';

/** One synthetic life of an aggregate, as today's code decides it: together they apply every event, with every optional field. */
export interface Life {
  readonly title: string;
  readonly aggregate: AggregateClass;
  readonly events: readonly DomainEvent[];
}

export function life<T extends Aggregate>(title: string, begun: T, ...steps: ((subject: T) => void)[]): Life {
  for (const step of steps) step(begun);
  return {
    title,
    aggregate: begun.constructor as AggregateClass,
    events: [...begun.getUncommittedEvents()] as DomainEvent[],
  };
}

/** Ids that say what they stand for to whoever reads the golden file. */
export const ids = {
  patient: '018f0000-0000-7000-8000-00000000000a',
  appointment: '018f0000-0000-7000-8000-00000000000b',
  practitioner: '018f0000-0000-7000-8000-00000000000c',
  room: '018f0000-0000-7000-8000-00000000000d',
  serviceType: '018f0000-0000-7000-8000-00000000000e',
  encounter: '018f0000-0000-7000-8000-00000000000f',
  entry: '018f0000-0000-7000-8000-000000000010',
};
export const now = '2026-03-01T12:00:00.000Z';
