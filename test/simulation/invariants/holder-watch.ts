import { LEASE_MS, type SubscriptionRow } from '../database/subscription-rows.js';
import type { World } from '../world.js';

interface Holder {
  owner: number | null;
  epoch: number;
  leaseUntil: number;
  position: number;
  /** Whoever claimed it last, until somebody else does or it is taken away. */
  process: string;
}

/** Looks at the subscriptions after each statement: who takes one, and who steps on with it. */
export class HolderWatch {
  private readonly holders = new Map<string, Holder>();

  constructor(private readonly world: World) {}

  /** The process whose steps count. */
  holderOf(subscription: string): string | undefined {
    return this.holders.get(subscription)?.process;
  }

  /** Position of each subscription. */
  positions(): (readonly [name: string, position: number])[] {
    return [...this.holders].map(([name, { position }]) => [name, position]);
  }

  look(who: string): void {
    for (const row of this.world.database.subscriptions.rows.values()) {
      const { name, owner, epoch, leaseUntil, position } = row;
      const before = this.holders.get(name);
      if (!before) this.holders.set(name, { owner, epoch, leaseUntil, position, process: 'nobody' });
      else {
        if (position !== before.position) this.steps(who, row, before);
        if (owner !== before.owner || epoch !== before.epoch) before.process = this.holderAfter(who, row, before);
        Object.assign(before, { owner, epoch, leaseUntil, position });
      }
    }
  }

  private steps(who: string, { name, position }: SubscriptionRow, before: Holder): void {
    if (position < before.position) this.world.violated('progress', `${name} goes back to ${position}`);
    if (before.process !== who) {
      this.world.violated('fence', `${who} steps on with ${name}, which ${before.process} holds`);
    }
    if (name === 'saga:Alarms') this.rememberWithdrawals(before.position, position);
  }

  private holderAfter(who: string, { name, owner, epoch }: SubscriptionRow, before: Holder): string {
    const { database } = this.world;
    // given back: what was under way when it was is still the former holder's
    if (owner === null) return epoch === before.epoch ? before.process : 'nobody';
    const leaseMs = before.leaseUntil - database.now;
    const isHeld = database.isAlive(before.owner) && leaseMs >= 0 && leaseMs <= LEASE_MS;
    if (isHeld && before.process !== who) {
      this.world.violated('one-holder', `${who} takes ${name} from ${before.process}, which lives and holds it`);
    }
    return who;
  }

  private rememberWithdrawals(from: number, to: number): void {
    const { withdrawnAt, timeline, database } = this.world;
    for (const { position } of database.log.after(from, to, ['ward.alarm-cleared'])) {
      withdrawnAt.set(position, timeline.now);
    }
  }
}
