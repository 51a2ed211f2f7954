import type { Checkpoint } from '../../../src/event-sourcing/subscriptions/checkpoint.js';
import type {
  Briefing,
  Claimed,
  Declaration,
  Progress,
  SetAside,
  Survey,
} from '../../../src/event-sourcing/subscriptions/subscription-store.js';
import { DatabaseError, type SimulatedDatabase } from './simulated-database.js';

export interface SubscriptionRow {
  readonly name: string;
  position: number;
  epoch: number;
  owner: number | null;
  leaseUntil: number;
  trouble: string | null;
}

export const LEASE_MS = 10_000;
/** How often a row is just then locked by another statement, and skipped. */
const LOCKED_BY_OTHERS = 0.05;

/**
 * `write.subscriptions`, `write.subscription_types` and `write.workers`: what the statements of
 * src/event-sourcing/subscriptions/postgres-subscription-store.ts and `write.checkpoint` do with their rows.
 */
export class SubscriptionRows {
  readonly rows = new Map<string, SubscriptionRow>();
  /** `since`, by subscription and type. */
  private readonly types = new Map<string, Map<string, number>>();
  /** `lease_until`, by owner. */
  private readonly workers = new Map<number, number>();

  constructor(protected readonly database: SimulatedDatabase) {}

  /** One at a time: builds that declare at once take turns. */
  declare(declarations: readonly Declaration[], head: number): void {
    for (const { name, startsAt, types } of declarations) {
      const known = this.rows.get(name);
      const since = known || startsAt === 'now' ? head : 0;
      if (!known) this.rows.set(name, newRow(name, since));
      const isNew = this.declareTypes(name, types, since);
      if (known && isNew) this.takeAway(known);
    }
  }

  /** Types, over all subscriptions. */
  get declared(): number {
    return [...this.types.values()].reduce((sum, types) => sum + types.size, 0);
  }

  survey(names: readonly string[], owner: number): Survey {
    const alive = [...this.workers].filter(
      ([worker, leaseUntil]) => this.database.isAlive(worker) && !this.isOver(leaseUntil),
    );
    return {
      workers: alive.length + (alive.some(([worker]) => worker === owner) ? 0 : 1),
      subscriptions: this.named(names).map((row) => ({
        name: row.name,
        holder: this.isFree(row) ? undefined : row.owner!,
      })),
    };
  }

  claim(names: readonly string[], owner: number): Claimed[] {
    return this.named(names)
      .filter((row) => row.owner === owner || this.isFree(row))
      .filter(() => !this.database.random.chance(LOCKED_BY_OTHERS))
      .map((row) => {
        Object.assign(row, {
          owner,
          epoch: this.epochOfNextHolder(row),
          leaseUntil: this.leaseFromNow(),
        });
        const { name, position, epoch, trouble } = row;
        return { name, position, epoch, troubled: trouble !== null };
      });
  }

  brief(names: readonly string[]): ReadonlyMap<string, Briefing> {
    return new Map(
      this.named(names).map(({ name }) => [
        name,
        { declared: new Map(this.types.get(name)), setAside: this.firstSetAsideOfStreams(name) },
      ]),
    );
  }

  renew(names: readonly string[], owner: number): ReadonlyMap<string, number> {
    this.workers.set(owner, this.leaseFromNow());
    const held = this.named(names).filter((row) => row.owner === owner);
    for (const row of held) row.leaseUntil = this.leaseFromNow();
    return new Map(held.map(({ name, epoch }) => [name, epoch]));
  }

  giveBack(name: string, epoch: number, trouble?: string): void {
    const row = this.rows.get(name);
    if (row?.epoch !== epoch) return;
    if (trouble === undefined) this.free(row, {});
    else this.free(row, { trouble });
  }

  release(owner: number): void {
    for (const row of this.rows.values()) if (row.owner === owner) this.free(row, {});
    this.workers.delete(owner);
  }

  advanceIdle(steps: readonly Checkpoint[]): ReadonlySet<string> {
    const held = steps.filter((step) => this.isHeld(step));
    for (const { subscription, to } of held)
      Object.assign(this.rows.get(subscription)!, { position: to, trouble: null });
    return new Set(held.map(({ subscription }) => subscription));
  }

  /** `write.checkpoint`, in the statement of whoever calls it. @throws DatabaseError AN002 */
  checkpoint(step: Checkpoint): void {
    const { subscription, to, settles, setsAside = [] } = step;
    if (!this.isHeld(step)) throw new DatabaseError('AN002', `subscription ${subscription} is not held any more`);
    const { deadLetters } = this.database;
    if (settles !== undefined && !deadLetters.find(subscription, settles)) {
      throw new DatabaseError('AN002', `subscription ${subscription} has no event set aside at ${settles}`);
    }
    Object.assign(this.rows.get(subscription)!, { position: to, trouble: null });
    if (settles !== undefined) deadLetters.delete(subscription, settles);
    for (const { row, kind, error } of setsAside) {
      const { position, streamId, eventId, type, schemaVersion } = row;
      deadLetters.insert({ subscription, position, streamId, eventId, type, schemaVersion, kind, error });
    }
  }

  progress(names: readonly string[]): ReadonlyMap<string, Progress> {
    const { deadLetters } = this.database;
    return new Map(
      this.named(names).map(({ name, position }) => [
        name,
        { reached: position, hasDeadLetters: deadLetters.of(name).length > 0 },
      ]),
    );
  }

  lettersOf(name: string, streamId: string, limit: number): number[] {
    const letters = this.database.deadLetters.of(name).filter((letter) => letter.streamId === streamId);
    return letters.slice(0, limit).map(({ position }) => position);
  }

  /** Nobody holds it: given back, its lease is over, or the session of its owner has ended. */
  isFree({ owner, leaseUntil }: SubscriptionRow): boolean {
    return owner === null || this.isOver(leaseUntil) || !this.database.isAlive(owner);
  }

  /** A lease that ends later than any does is of a clock that was set back since. */
  protected isOver(leaseUntil: number): boolean {
    const { now } = this.database;
    return leaseUntil < now || leaseUntil > now + LEASE_MS;
  }

  /** From a holder that does not know what was declared now. */
  protected takeAway(row: SubscriptionRow): void {
    this.free(row, { epoch: row.epoch + 1 });
  }

  protected isHeld({ subscription, from, to, epoch }: Checkpoint): boolean {
    const row = this.rows.get(subscription);
    return row !== undefined && row.position === from && row.epoch === epoch && to >= from;
  }

  protected epochOfNextHolder(row: SubscriptionRow): number {
    return row.epoch + 1;
  }

  private free(row: SubscriptionRow, also: Partial<SubscriptionRow>): void {
    Object.assign(row, { owner: null, leaseUntil: -Infinity, ...also });
  }

  /** Whether one of them is new. */
  private declareTypes(name: string, types: readonly string[], since: number): boolean {
    const declared = this.types.get(name) ?? new Map<string, number>();
    this.types.set(name, declared);
    const added = types.filter((type) => !declared.has(type));
    for (const type of added) declared.set(type, since);
    return added.length > 0;
  }

  private named(names: readonly string[]): SubscriptionRow[] {
    return names.flatMap((name) => this.rows.get(name) ?? []);
  }

  private leaseFromNow(): number {
    return this.database.now + LEASE_MS;
  }

  private firstSetAsideOfStreams(name: string): SetAside[] {
    const first = new Map<string, SetAside>();
    for (const { streamId, kind, type, schemaVersion } of this.database.deadLetters.of(name)) {
      if (!first.has(streamId)) first.set(streamId, { streamId, kind, type, schemaVersion });
    }
    return [...first.values()];
  }
}

const newRow = (name: string, position: number): SubscriptionRow => ({
  name,
  position,
  epoch: 0,
  owner: null,
  leaseUntil: -Infinity,
  trouble: null,
});
