/** Instant as RFC 3339 text in UTC with milliseconds (`2026-03-01T09:00:00.000Z`), so that text order is time order. */
export type Instant = string;

/** Who did it, on whose behalf, what for, and what it answers to. Stored with every event. */
export interface EventMetadata {
  /** Subject of the caller, `system` for the application itself. */
  readonly actor: string;
  readonly role?: string;
  readonly onBehalfOf?: string;
  /** Purpose of use, a code of HL7 v3 PurposeOfUse such as `TREAT`. */
  readonly purpose?: string;
  readonly correlationId: string;
  /** Id of the event that a saga answered with this command, if one did. */
  readonly causationId?: string;
  readonly patientId?: string;
}

/** Where and when an event was stored. */
export interface Recorded {
  readonly streamId: string;
  /** Version of the stream after this event, from 1. */
  readonly streamVersion: number;
  /** Global position. Positions grow with gaps, and are not the order of commits. */
  readonly position: number;
  readonly eventId: string;
  readonly recordedAt: Instant;
  readonly metadata: EventMetadata;
}

/**
 * Base of every domain event. The data is plain JSON and is stored for ever: change its shape only with a new
 * schema version and an upcaster in the module's event catalogue.
 */
export abstract class DomainEvent<Data extends object = object> {
  #recorded?: Recorded;

  constructor(readonly data: Data) {}

  /** @throws Error when the event is not stored yet, as inside an aggregate that has just applied it. */
  get recorded(): Recorded {
    if (!this.#recorded) throw new Error(`${this.constructor.name} is not recorded yet`);
    return this.#recorded;
  }

  /** Called by the event store, and by tests that need a recorded event. */
  recordedAs(recorded: Recorded): this {
    this.#recorded = recorded;
    return this;
  }
}

// `any`: a catalogue holds classes of events with different data, and TypeScript has no existential types.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type EventClass<E extends DomainEvent = DomainEvent> = new (data: any) => E;
