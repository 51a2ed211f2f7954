import type { IEventHandler } from '@nestjs/cqrs';
import { isUnavailable } from '../../database/unavailable.js';
import type { DomainEvent } from '../domain-event.js';
import { type ExecutionContext, runInContext, SYSTEM } from '../execution-context.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { isNotHeld } from '../store/pg-errors.js';
import type { Checkpoint } from './checkpoint.js';
import { type Consumer, EventFault } from './consumer.js';
import type { SubscriptionStore } from './subscription-store.js';
import { TookTooLong } from './took-too-long.js';

const LATE = Symbol('late');

/** Of a command that the handler executes. */
const causedBy = ({ recorded: { eventId, metadata } }: DomainEvent): ExecutionContext => ({
  actor: SYSTEM,
  correlationId: metadata.correlationId,
  causationId: eventId,
});

/**
 * Feeds a plain Nest event handler: one event at a time, awaited, in order, from its own checkpoint. What it does outside of the
 * database happens at least once: after a crash the last event is delivered again. One that does not return in time has failed.
 */
export class HandlerConsumer implements Consumer {
  readonly startsAt = 'now';
  readonly largestBatch = 1;

  constructor(
    readonly name: string,
    private readonly handler: IEventHandler<DomainEvent>,
    readonly types: ReadonlySet<string>,
    readonly passesOver: ReadonlySet<string>,
    private readonly subscriptions: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly limitMs: number,
  ) {}

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    for (const event of events) await this.handle(event);
    await this.subscriptions.checkpoint(checkpoint);
    return true;
  }

  private async handle(event: DomainEvent): Promise<void> {
    let outcome: unknown;
    try {
      // Nest types the result as `any`; a handler may well be asynchronous.
      const handled = Promise.resolve(runInContext(causedBy(event), () => this.handler.handle(event) as Promise<void>));
      outcome = await this.scheduler.within(handled, this.limitMs, LATE);
    } catch (error) {
      // Our own database is not the handler's fault. Anything else is, whatever its code says.
      if (isUnavailable(error) || isNotHeld(error)) throw error;
      throw new EventFault(event, error, true);
    }
    if (outcome === LATE) throw new EventFault(event, new TookTooLong(this.limitMs), true);
  }
}
