import type { IEventHandler } from '@nestjs/cqrs';
import type { DomainEvent, EventClass } from '../domain-event.js';
import type { Checkpoint, Consumer } from './consumer.js';
import type { SubscriptionStore } from './subscription-store.js';

/**
 * Feeds a plain Nest event handler: one event at a time, awaited, in order, from its own checkpoint. What it does outside of the
 * database happens at least once: after a crash the last batch is delivered again.
 */
export class HandlerConsumer implements Consumer {
  readonly startsAt = 'now';

  constructor(
    readonly name: string,
    private readonly handler: IEventHandler<DomainEvent>,
    private readonly events: ReadonlySet<EventClass>,
    private readonly subscriptions: SubscriptionStore,
  ) {}

  handles(event: DomainEvent): boolean {
    return this.events.has(event.constructor as EventClass);
  }

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    // Nest types the result as `any`; a handler may well be asynchronous.
    for (const event of events) await (this.handler.handle(event) as Promise<void> | undefined);
    await this.subscriptions.advance(checkpoint);
    return true;
  }
}
