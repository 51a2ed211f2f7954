import type { DomainEvent, EventClass } from './domain-event.js';

/** Name of the method that evolves a state by an event: Nest's own convention, `on` and the event's class name. */
export const handlerName = (event: EventClass) => `on${event.name}`;

type Handler = (event: DomainEvent) => void;

/** Calls `on<EventName>` of the target. Returns false when it has none. */
export function evolve(target: object, event: DomainEvent): boolean {
  const handler = (target as Record<string, unknown>)[`on${event.constructor.name}`];
  if (typeof handler !== 'function') return false;
  (handler as Handler).call(target, event);
  return true;
}
