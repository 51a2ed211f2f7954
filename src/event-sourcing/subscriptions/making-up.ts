import { UnreadableEvent } from '../event-catalogue.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { LoggedEvent } from '../tail/logged-event.js';
import type { TailFeed } from '../tail/tail-feed.js';
import { attemptsAt, type DeliveryEvents, letterOf, pauseAfter } from './attempts.js';
import { type Consumer, EventFault } from './consumer.js';
import { describe } from './describe-error.js';
import type { Standing } from './standing.js';
import type { SetAside, SubscriptionStore } from './subscription-store.js';

/** How long it goes on at a time, so that new events of other streams do not wait for thousands of old ones. */
const SOME_MS = 50;

/**
 * Handles what was set aside by a build that could not, in the order of each stream. Each event goes with its rows and the end of its
 * being aside, in one transaction. What still cannot be handled stays where it is.
 */
export class MakingUp {
  private readonly streams: string[];

  constructor(
    private readonly consumer: Consumer,
    private readonly standing: Standing,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly events: DeliveryEvents,
  ) {
    const { setAside } = standing.briefing;
    this.streams = setAside.filter((aside) => this.canHandle(aside)).map(({ streamId }) => streamId);
  }

  get isDone(): boolean {
    return this.streams.length === 0;
  }

  async some(): Promise<void> {
    const end = this.scheduler.now() + SOME_MS;
    do {
      const streamId = this.streams.pop();
      if (streamId === undefined) return;
      await this.makeUpFor(streamId, end);
    } while (this.scheduler.now() < end);
  }

  private canHandle({ kind, type, schemaVersion }: SetAside): boolean {
    const { types, passesOver } = this.consumer;
    return kind !== 'failed' && (passesOver.has(type) || (types.has(type) && this.feed.canRead(type, schemaVersion)));
  }

  private async makeUpFor(streamId: string, end: number): Promise<void> {
    for (let attempts = 0; ;) {
      if (attempts === 0 && this.scheduler.now() >= end) return void this.streams.push(streamId);
      const [position] = await this.store.lettersOf(this.standing.name, streamId, 1);
      if (position === undefined) break;
      const event = await this.feed.at(position);
      if (!event) throw new Error(`There is no event at ${position}`);
      if (this.standing.isAnothers(event.row.type, position)) return;
      try {
        await this.settle(event);
        attempts = 0;
        this.events.progressed();
      } catch (error) {
        // it stays unreadable
        if (error instanceof UnreadableEvent) return;
        if (!(error instanceof EventFault)) throw error;
        if (++attempts === attemptsAt(error)) {
          await this.keepAside(event, error.cause, attempts);
          return;
        }
        await pauseAfter(this.scheduler, attempts);
      }
    }
    this.standing.asideStreams.delete(streamId);
  }

  private async settle(event: LoggedEvent): Promise<void> {
    const step = { ...this.standing.stepTo(this.standing.stored), settles: event.row.position };
    const isOurs = this.consumer.types.has(event.row.type);
    const isStored = isOurs && (await this.consumer.apply([event.revive()], step));
    if (!isStored) await this.store.checkpoint(step);
  }

  private async keepAside(event: LoggedEvent, cause: unknown, attempts: number): Promise<void> {
    const letter = letterOf(event, 'failed', describe(cause), attempts);
    await this.store.checkpoint({
      ...this.standing.stepTo(this.standing.stored),
      settles: event.row.position,
      setsAside: [letter],
    });
    this.events.setAside(letter);
  }
}
