import type { Effected, Marked } from '../builds/events.js';
import type { StoredEvent } from '../database/write-log.js';
import { effectName, type World } from '../world.js';
import type { HolderWatch } from './holder-watch.js';

interface Place {
  readonly position: number;
  readonly index: number;
}

const isBefore = (a: Place, b: Place) => a.position < b.position || (a.position === b.position && a.index < b.index);

/** Looks at what was committed after each statement. Positions are not the order of commits: it may be anywhere in the log. */
export class LogWatch {
  private readonly marks = new Set<string>();
  /** The event that was answered last, by its stream. */
  private readonly answered = new Map<string, Place>();

  constructor(
    private readonly world: World,
    private readonly holders: HolderWatch,
  ) {}

  look(): void {
    for (const event of this.world.database.log.takeCommitted()) {
      this.isAhead(event);
      const { mark, of, index } = event.content as Partial<Marked & Effected>;
      if (mark !== undefined) this.isOnce(mark);
      if (of !== undefined) this.isEffect(event, { of, index: index! });
    }
  }

  /** No subscription has passed a position before the event at it could be seen. */
  private isAhead({ position, type }: StoredEvent): void {
    for (const [name, reached] of this.holders.positions()) {
      if (reached < position) continue;
      this.world.violated('safe-tail', `${name} is at ${reached} already when ${position} ${type} commits`);
    }
  }

  private isOnce(mark: string): void {
    if (this.marks.has(mark)) this.world.violated('append-once', `${mark} is in the log twice`);
    this.marks.add(mark);
  }

  private isEffect(event: StoredEvent, { of, index }: Effected): void {
    const name = effectName(event.type, of, index);
    if (this.world.effects.has(name)) this.world.violated('command-once', `${name} is in the log twice`);
    this.world.effects.set(name, this.world.timeline.now);
    const cause = this.world.database.log.events.find(({ eventId }) => eventId === of)!;
    if (event.type === 'ward.answered') this.isInOrder(name, cause, index);
    else this.isDue(name, cause);
  }

  private isInOrder(name: string, { streamId, position }: StoredEvent, index: number): void {
    const last = this.answered.get(streamId);
    if (last && isBefore({ position, index }, last)) {
      this.world.violated('command-order', `${name} comes after what answers ${last.position}`);
    }
    this.answered.set(streamId, { position, index });
  }

  private isDue(name: string, cause: StoredEvent): void {
    const { dueAt } = cause.content as { dueAt: string };
    if (this.world.database.latestNow < Date.parse(dueAt))
      this.world.violated('timer-not-early', `${name} was due at ${dueAt}`);
  }
}
