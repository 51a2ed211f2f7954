import type { DomainEvent } from '../domain-event.js';
import { UnreadableEvent } from '../event-catalogue.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { isRolledBack } from '../store/pg-errors.js';
import type { LoggedEvent } from '../tail/logged-event.js';
import type { TailFeed } from '../tail/tail-feed.js';
import { attemptsAt, type DeliveryEvents, letterOf, pauseAfter } from './attempts.js';
import type { Checkpoint, Letter } from './checkpoint.js';
import { BatchTooLarge, type Consumer, EventFault } from './consumer.js';
import { describe } from './describe-error.js';
import type { Standing } from './standing.js';
import type { SubscriptionStore } from './subscription-store.js';

/** How often others may be in the way, as by a deadlock, until that is trouble of the database. */
const HINDRANCES = 8;

/** Some events of a batch that are handled together, and those among them that are set aside. */
interface Portion {
  readonly healthy: readonly LoggedEvent[];
  readonly letters: readonly Letter[];
  /** How many events of the batch it takes. */
  readonly length: number;
}

/**
 * Hands the events of one subscription to its consumer, divides a batch in which one is at fault, and sets aside what cannot be handled
 * with the later events of its stream, in the transaction of the checkpoint that goes past them.
 */
export class Delivery {
  constructor(
    private readonly consumer: Consumer,
    private readonly standing: Standing,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly events: DeliveryEvents,
  ) {}

  /** Whether all of it was dealt with: it ends between two steps when it is told to. */
  async deliver(batch: readonly LoggedEvent[], upTo: number, stopped: { readonly aborted: boolean }): Promise<boolean> {
    const events = batch.filter((event) => this.standing.concerns(event));
    let attempts = 0;
    let hindrances = 0;
    let most = this.consumer.largestBatch;
    let carefulUpTo = -1;
    for (let done = 0; done < events.length;) {
      if (stopped.aborted) return false;
      const portion = this.portion(events, done, most);
      const end = done + portion.length;
      const to = end === events.length ? upTo : events[end - 1]!.row.position;
      let isOver = false;
      try {
        await this.handle(portion, to);
      } catch (error) {
        const { healthy } = portion;
        if (error instanceof BatchTooLarge && healthy.length > 1) {
          most = Math.ceil(healthy.length / 2);
        } else if (isRolledBack(error) && ++hindrances <= HINDRANCES) {
          await pauseAfter(this.scheduler, hindrances);
        } else if (!(error instanceof EventFault)) {
          throw error;
        } else if (healthy.length > 1) {
          // those before it together, if it is known, then each alone until the fault is passed
          const known = healthy.findIndex(({ row }) => row.position === error.event?.recorded.position);
          most = Math.max(known, 1);
          carefulUpTo = healthy[known >= 0 ? known : healthy.length - 1]!.row.position;
        } else if (++attempts < attemptsAt(error)) {
          await pauseAfter(this.scheduler, attempts);
        } else {
          await this.setAside(healthy[0]!, portion, error.cause, attempts, to);
          isOver = true;
        }
        if (!isOver) continue;
      }
      for (const { row } of portion.letters) this.standing.asideStreams.add(row.streamId);
      done = end;
      attempts = hindrances = 0;
      if (done < events.length) this.events.progressed();
      most = (events[done]?.row.position ?? Infinity) <= carefulUpTo ? 1 : this.consumer.largestBatch;
    }
    return true;
  }

  private portion(events: readonly LoggedEvent[], from: number, most: number): Portion {
    const healthy: LoggedEvent[] = [];
    const letters: Letter[] = [];
    const aside = new Set<string>();
    let end = from;
    for (; end < events.length; end++) {
      const event = events[end]!;
      const { streamId } = event.row;
      const letter =
        this.standing.asideStreams.has(streamId) || aside.has(streamId)
          ? letterOf(event, 'behind', 'an earlier event of this stream is set aside', 0)
          : this.letterUnlessReadable(event);
      if (letter) {
        letters.push(letter);
        aside.add(streamId);
        continue;
      }
      if (healthy.length === most || (healthy.length > 0 && (event.isLarge || healthy[0]!.isLarge))) break;
      healthy.push(event);
    }
    return { healthy, letters, length: end - from };
  }

  private letterUnlessReadable(event: LoggedEvent): Letter | undefined {
    const { type } = event.row;
    if (!this.consumer.types.has(type)) return letterOf(event, 'passed-over', `only another build handles ${type}`, 0);
    try {
      if (!event.isLarge) event.revive();
      return undefined;
    } catch (error) {
      return letterOf(event, 'unreadable', describe(error), 0);
    }
  }

  private async handle({ healthy, letters }: Portion, to: number): Promise<void> {
    const step: Checkpoint = { ...this.standing.stepTo(to), setsAside: letters };
    const [first] = healthy;
    const wasStored =
      first !== undefined &&
      (first.isLarge ? await this.handleLarge(first, step) : await this.consumer.apply(healthy.map(revived), step));
    if (!wasStored && letters.length > 0) await this.store.checkpoint(step);
    if (wasStored || letters.length > 0) this.standing.stored = to;
    for (const letter of letters) this.tellOf(letter);
  }

  private handleLarge(event: LoggedEvent, step: Checkpoint): Promise<boolean> {
    return this.feed.whole(event, async (whole) => {
      try {
        return await this.consumer.apply([whole.revive()], step);
      } catch (error) {
        if (error instanceof UnreadableEvent) throw new EventFault(undefined, error);
        throw error;
      }
    });
  }

  private async setAside(event: LoggedEvent, portion: Portion, cause: unknown, attempts: number, to: number) {
    const kind = cause instanceof UnreadableEvent ? 'unreadable' : 'failed';
    const letter = letterOf(event, kind, describe(cause), attempts);
    const behind = portion.letters.map((each) =>
      each.row.streamId === event.row.streamId ? { ...each, kind: 'behind' as const } : each,
    );
    await this.store.checkpoint({ ...this.standing.stepTo(to), setsAside: [letter, ...behind] });
    this.standing.stored = to;
    for (const each of [letter, ...behind]) {
      this.standing.asideStreams.add(each.row.streamId);
      this.tellOf(each);
    }
  }

  private tellOf(letter: Letter): void {
    if (letter.kind !== 'behind') this.events.setAside(letter);
  }
}

const revived = (event: LoggedEvent): DomainEvent => event.revive();
