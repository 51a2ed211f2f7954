import type { DomainEvent } from '../domain-event.js';

let position = 0;

/** An event as the log hands it out: with its place, and its data as JSON. */
export function recorded<E extends DomainEvent>(event: E, streamId: string, streamVersion = 1): E {
  const data: unknown = JSON.parse(JSON.stringify(event.data));
  const stored = new (event.constructor as new (data: unknown) => E)(data);
  return stored.recordedAs({
    streamId,
    streamVersion,
    position: ++position,
    eventId: `event-${position}`,
    recordedAt: `2026-03-01T12:00:0${streamVersion}.000Z`,
    metadata: { actor: 'dr-1', role: 'practitioner', correlationId: 'c1' },
  });
}
