import type { Effected, Marked } from '../builds/events.js';
import type { StoredEvent } from '../database/write-log.js';
import { effectName, Violation, type World } from '../world.js';

interface Holder {
  readonly owner: number | null;
  readonly epoch: number;
  readonly leaseUntil: number;
  readonly position: number;
  /** Process of the owner. */
  readonly process: string;
}

/** What must hold at any moment: looked at after each statement of anybody. */
export class Always {
  private readonly holders = new Map<string, Holder>();
  private readonly marks = new Set<string>();
  private readonly order = new Map<string, { readonly position: number; readonly index: number }>();

  constructor(private readonly world: World) {}

  look(who: string): void {
    this.lookAtHolders(who);
    this.lookAtLog();
  }

  /** Whose steps count: whoever claimed it last, until somebody else does or it is taken away. */
  holderOf(name: string): string | undefined {
    return this.holders.get(name)?.process;
  }

  private lookAtHolders(who: string): void {
    const { subscriptions, now } = this.world.database;
    for (const { name, owner, epoch, leaseUntil, position } of subscriptions.rows.values()) {
      const before = this.holders.get(name);
      const isSame = before?.owner === owner && before.epoch === epoch;
      if (before && !isSame && owner !== null && before.owner !== null) {
        if (this.world.database.isAlive(before.owner) && before.leaseUntil >= now && before.process !== who) {
          throw new Violation('one-holder', `${who} takes ${name} from ${before.process}, which lives and holds it`);
        }
      }
      if (before && position !== before.position) {
        if (position < before.position) throw new Violation('progress', `${name} goes back to ${position}`);
        if (before.process !== who) {
          throw new Violation('fence', `${who} steps on with ${name}, which ${before.process} holds`);
        }
        if (name === 'saga:Alarms') this.rememberWithdrawals(before.position, position);
      }
      this.holders.set(name, { owner, epoch, leaseUntil, position, process: this.processOf(name, who) });
    }
  }

  private processOf(name: string, who: string): string {
    const before = this.holders.get(name);
    const { owner, epoch } = this.world.database.subscriptions.rows.get(name)!;
    if (before?.epoch === epoch && (owner === null || owner === before.owner)) return before.process;
    return owner === null ? 'nobody' : who;
  }

  private rememberWithdrawals(from: number, to: number): void {
    const { log, now } = this.world.database;
    for (const { position } of log.after(from, to, ['ward.alarm-cleared'])) this.world.withdrawnAt.set(position, now);
  }

  /** Positions are not the order of commits: what is new may be anywhere in the log. */
  private lookAtLog(): void {
    for (const event of this.world.database.log.takeCommitted()) this.lookAtEvent(event);
  }

  private lookAtEvent(event: StoredEvent): void {
    const { position, type } = event;
    for (const [name, holder] of this.holders) {
      if (holder.position >= position) {
        throw new Violation('safe-tail', `${name} is at ${holder.position} already when ${position} ${type} commits`);
      }
    }
    const { mark, of, index } = event.content as Partial<Marked & Effected>;
    if (mark !== undefined) {
      if (this.marks.has(mark)) throw new Violation('append-once', `${mark} is in the log twice`);
      this.marks.add(mark);
    }
    if (of !== undefined) this.lookAtEffect(event, of, index!);
  }

  private lookAtEffect(event: StoredEvent, of: string, index: number): void {
    const { type, position, recordedAt } = event;
    const effect = effectName(type, of, index);
    if (this.world.effects.has(effect)) throw new Violation('command-once', `${effect} is in the log twice`);
    this.world.effects.set(effect, event);
    const cause = this.world.database.log.events.find(({ eventId }) => eventId === of)!;
    if (type === 'ward.answered') {
      const last = this.order.get(cause.streamId);
      if (last && (last.position > cause.position || (last.position === cause.position && last.index > index))) {
        throw new Violation(
          'command-order',
          `${effect} at ${position} comes after that of ${last.position} ${last.index}`,
        );
      }
      this.order.set(cause.streamId, { position: cause.position, index });
      return;
    }
    const { dueAt } = cause.content as { dueAt: string };
    if (recordedAt < dueAt) throw new Violation('timer-not-early', `${effect} was due at ${dueAt}`);
  }
}
