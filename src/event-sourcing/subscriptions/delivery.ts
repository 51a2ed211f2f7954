import type { DomainEvent } from '../domain-event.js';
import { UnreadableEvent } from '../event-catalogue.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { isRolledBack } from '../store/pg-errors.js';
import type { LoggedEvent } from '../tail/logged-event.js';
import type { TailFeed } from '../tail/tail-feed.js';
import type { Checkpoint, Letter, LetterKind } from './checkpoint.js';
import { BatchTooLarge, type Consumer, EventFault } from './consumer.js';
import { describe } from './describe-error.js';
import type { Briefing, Claimed, SetAside, SubscriptionStore } from './subscription-store.js';

/** How often an event is tried before it is set aside. */
const ATTEMPTS = 4;
/** How often others may be in the way, as by a deadlock, until that is trouble of the database. */
const HINDRANCES = 8;
const FIRST_PAUSE_MS = 50;
const MAKE_UP_MS = 50;

export interface DeliveryEvents {
  /** Something was handled, or there is nothing left to handle. */
  readonly progressed: () => void;
  readonly setAside: (letter: Letter) => void;
}

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
  /** Streams of which an event is set aside: their later ones follow it. */
  private readonly asideStreams = new Set<string>();
  /** Streams that were set aside by a build that could not handle them, and that this one can be expected to. */
  private readonly toMakeUpFor: string[];
  /** Stored up to here. */
  stored: number;

  constructor(
    private readonly consumer: Consumer,
    private readonly claim: Claimed,
    private readonly briefing: Briefing,
    private readonly feed: TailFeed,
    private readonly store: SubscriptionStore,
    private readonly scheduler: Scheduler,
    private readonly events: DeliveryEvents,
  ) {
    this.stored = claim.position;
    for (const { streamId } of briefing.setAside) this.asideStreams.add(streamId);
    this.toMakeUpFor = briefing.setAside.filter((aside) => this.canMakeUpFor(aside)).map(({ streamId }) => streamId);
  }

  get hasDeadLetters(): boolean {
    return this.asideStreams.size > 0;
  }

  /** Events that are of no concern to this subscription, in this or another build, cost nothing. */
  concerns({ row: { type, position } }: LoggedEvent): boolean {
    return this.consumer.types.has(type) || this.isAnothers(type, position);
  }

  stepTo(to: number): Checkpoint {
    return { subscription: this.claim.name, from: this.stored, to, epoch: this.claim.epoch };
  }

  /** Whether all of it was dealt with: it ends between two steps when it is told to. */
  async deliver(batch: readonly LoggedEvent[], upTo: number, stopped: { readonly aborted: boolean }): Promise<boolean> {
    const events = batch.filter((event) => this.concerns(event));
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
          await this.pauseAfter(hindrances);
        } else if (!(error instanceof EventFault)) {
          throw error;
        } else if (healthy.length > 1) {
          // those before it together, if it is known, then each alone until the fault is passed
          const known = healthy.findIndex(({ row }) => row.position === error.event?.recorded.position);
          most = Math.max(known, 1);
          carefulUpTo = healthy[known >= 0 ? known : healthy.length - 1]!.row.position;
        } else if (++attempts < ATTEMPTS) {
          await this.pauseAfter(attempts);
        } else {
          await this.setAside(healthy[0]!, portion, error.cause, attempts, to);
          isOver = true;
        }
        if (!isOver) continue;
      }
      for (const { row } of portion.letters) this.asideStreams.add(row.streamId);
      done = end;
      attempts = hindrances = 0;
      if (done < events.length) this.events.progressed();
      most = (events[done]?.row.position ?? Infinity) <= carefulUpTo ? 1 : this.consumer.largestBatch;
    }
    return true;
  }

  get hasToMakeUp(): boolean {
    return this.toMakeUpFor.length > 0;
  }

  /**
   * Handles some of what was set aside by a build that could not, in the order of each stream: for a moment, so that new events of
   * other streams do not wait for thousands of old ones. What still cannot be handled stays where it is.
   */
  async makeUpForSome(): Promise<void> {
    const end = this.scheduler.now() + MAKE_UP_MS;
    do {
      const streamId = this.toMakeUpFor.pop();
      if (streamId === undefined) return;
      await this.makeUpFor(streamId, end);
    } while (this.scheduler.now() < end);
  }

  private canMakeUpFor({ kind, type, schemaVersion }: SetAside): boolean {
    const { types, passesOver } = this.consumer;
    return kind !== 'failed' && (passesOver.has(type) || (types.has(type) && this.feed.canRead(type, schemaVersion)));
  }

  private async makeUpFor(streamId: string, end: number): Promise<void> {
    for (let attempts = 0; ;) {
      if (attempts === 0 && this.scheduler.now() >= end) return void this.toMakeUpFor.push(streamId);
      const [position] = await this.store.lettersOf(this.claim.name, streamId, 1);
      if (position === undefined) break;
      const event = await this.feed.at(position);
      if (!event) throw new Error(`There is no event at ${position}`);
      if (this.isAnothers(event.row.type, position)) return;
      try {
        await this.settle(event);
        attempts = 0;
        this.events.progressed();
      } catch (error) {
        // it stays unreadable
        if (error instanceof UnreadableEvent) return;
        if (!(error instanceof EventFault)) throw error;
        if (++attempts === ATTEMPTS) {
          await this.keepAside(event, error.cause, attempts);
          return;
        }
        await this.pauseAfter(attempts);
      }
    }
    this.asideStreams.delete(streamId);
  }

  private async settle(event: LoggedEvent): Promise<void> {
    const step = { ...this.stepTo(this.stored), settles: event.row.position };
    const isOurs = this.consumer.types.has(event.row.type);
    const isStored = isOurs && (await this.consumer.apply([event.revive()], step));
    if (!isStored) await this.store.checkpoint(step);
  }

  private async keepAside(event: LoggedEvent, cause: unknown, attempts: number): Promise<void> {
    const letter = letterOf(event, 'failed', describe(cause), attempts);
    await this.store.checkpoint({ ...this.stepTo(this.stored), settles: event.row.position, setsAside: [letter] });
    this.tellOf(letter);
  }

  /** Only a consumer of another build handles it: that one will want it. */
  private isAnothers(type: string, position: number): boolean {
    const { types, passesOver } = this.consumer;
    return !types.has(type) && !passesOver.has(type) && position > (this.briefing.declared.get(type) ?? Infinity);
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
        this.asideStreams.has(streamId) || aside.has(streamId)
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
    const step: Checkpoint = { ...this.stepTo(to), setsAside: letters };
    const [first] = healthy;
    const wasStored =
      first !== undefined &&
      (first.isLarge ? await this.handleLarge(first, step) : await this.consumer.apply(healthy.map(revived), step));
    if (!wasStored && letters.length > 0) await this.store.checkpoint(step);
    if (wasStored || letters.length > 0) this.stored = to;
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
    await this.store.checkpoint({ ...this.stepTo(to), setsAside: [letter, ...behind] });
    this.stored = to;
    for (const each of [letter, ...behind]) {
      this.asideStreams.add(each.row.streamId);
      this.tellOf(each);
    }
  }

  private tellOf(letter: Letter): void {
    if (letter.kind !== 'behind') this.events.setAside(letter);
  }

  private pauseAfter(attempt: number): Promise<void> {
    return this.scheduler.pause(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 6));
  }
}

const revived = (event: LoggedEvent): DomainEvent => event.revive();

const letterOf = ({ row }: LoggedEvent, kind: LetterKind, error: string, attempts: number): Letter => ({
  row,
  kind,
  error,
  attempts,
});
