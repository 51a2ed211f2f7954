import { DatabaseUnavailable } from '../../src/database/unavailable.js';
import type { EmittedCommand, PendingCommand } from '../../src/event-sourcing/sagas/pending-commands.js';
import type { Checkpoint } from '../../src/event-sourcing/subscriptions/checkpoint.js';
import type { Claimed, SetAside } from '../../src/event-sourcing/subscriptions/subscription-store.js';
import type { LogRow } from '../../src/event-sourcing/tail/log.js';
import type { HurriedTime } from './hurried-time.js';

interface SubscriptionRow {
  position: number;
  epoch: number;
  owner: number | undefined;
  leaseUntil: number;
  isTroubled: boolean;
  readonly setAside: Map<string, { readonly position: number } & SetAside>;
}

interface CommandRow extends PendingCommand {
  readonly cancelKey: string | null;
  dueAt: number;
  owner: number | undefined;
  attempts: number;
  epoch: number;
}

const LEASE_MS = 10_000;
/** Of the log only the end is kept: what lies before it, everybody has seen. */
const KEPT_EVENTS = 500;

/** An error of PostgreSQL, as pg gives it. */
class SqlError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** How often something happened, so that it can be seen that it did. */
export interface Happened {
  readonly events: number;
  readonly sessions: number;
  readonly renewals: number;
  readonly claims: number;
  readonly steps: number;
  readonly refusedSteps: number;
  readonly commands: number;
  readonly postponements: number;
  readonly withdrawnTimers: number;
}

/** What the engine's ports ask of PostgreSQL, with nothing kept that is over: whatever grows in this process is the engine's. */
export class ForgetfulDatabase {
  isAway = false;
  /** Subscriptions whose steps meet a column that is missing. */
  readonly inTrouble = new Set<string>();
  readonly sessions = new Map<number, () => void>();
  private lastOwner = 0;
  private events: LogRow[] = [];
  private lastPosition = 0;
  private readonly versions = new Map<string, number>();
  private readonly subscriptions = new Map<string, SubscriptionRow>();
  private readonly workers = new Map<number, number>();
  private readonly commands = new Map<string, CommandRow>();
  private readonly tally = {
    renewals: 0,
    claims: 0,
    steps: 0,
    refusedSteps: 0,
    commands: 0,
    postponements: 0,
    withdrawnTimers: 0,
  };

  constructor(private readonly time: HurriedTime) {}

  /** @throws DatabaseUnavailable */
  async ask<T>(statement: () => T): Promise<T> {
    await Promise.resolve();
    if (this.isAway) throw new DatabaseUnavailable(new Error('away'));
    return statement();
  }

  get head(): number {
    return this.lastPosition;
  }

  get happened(): Happened {
    return { events: this.lastPosition, sessions: this.lastOwner, ...this.tally };
  }

  append(streamId: string, type: string, data: object, isLarge = false): number {
    const streamVersion = (this.versions.get(streamId) ?? 0) + 1;
    this.versions.set(streamId, streamVersion);
    const position = ++this.lastPosition;
    const text = JSON.stringify(data);
    this.events.push({
      position,
      streamId,
      streamVersion,
      eventId: `event ${position}`,
      type,
      schemaVersion: 1,
      data: isLarge ? undefined : text,
      metadata: '{"actor":"somebody","correlationId":"c"}',
      recordedAt: new Date(this.time.clock).toISOString(),
      size: 200 + text.length,
    });
    if (this.events.length > 2 * KEPT_EVENTS) this.events = this.events.slice(-KEPT_EVENTS);
    return position;
  }

  after(position: number, upTo: number, types: readonly string[]): LogRow[] {
    return this.events.filter((row) => row.position > position && row.position <= upTo && types.includes(row.type));
  }

  wholeAt(positions: readonly number[]): LogRow[] {
    return this.events
      .filter(({ position }) => positions.includes(position))
      .map((row) => ({ ...row, data: row.data ?? '{}' }));
  }

  openSession(ended: () => void): number {
    const owner = ++this.lastOwner;
    this.sessions.set(owner, ended);
    return owner;
  }

  cutAll(): void {
    for (const [owner, ended] of [...this.sessions]) {
      this.sessions.delete(owner);
      ended();
    }
  }

  declare(names: readonly { readonly name: string; readonly position: number }[]): void {
    for (const { name, position } of names) {
      if (this.subscriptions.has(name)) continue;
      const setAside = new Map<string, { readonly position: number } & SetAside>();
      this.subscriptions.set(name, {
        position,
        epoch: 0,
        owner: undefined,
        leaseUntil: 0,
        isTroubled: false,
        setAside,
      });
    }
  }

  holderOf(name: string): number | undefined {
    const { owner, leaseUntil } = this.row(name);
    return owner !== undefined && this.sessions.has(owner) && leaseUntil > this.time.now ? owner : undefined;
  }

  get living(): number[] {
    for (const [owner, leaseUntil] of this.workers) if (leaseUntil < this.time.now) this.workers.delete(owner);
    return [...this.workers.keys()].filter((owner) => this.sessions.has(owner));
  }

  claim(names: readonly string[], owner: number): Claimed[] {
    return names
      .filter((name) => [undefined, owner].includes(this.holderOf(name)))
      .map((name) => {
        const row = this.row(name);
        this.tally.claims++;
        Object.assign(row, { owner, epoch: row.epoch + 1, leaseUntil: this.time.now + LEASE_MS });
        return { name, position: row.position, epoch: row.epoch, troubled: row.isTroubled };
      });
  }

  renew(names: readonly string[], owner: number): Map<string, number> {
    this.tally.renewals++;
    this.workers.set(owner, this.time.now + LEASE_MS);
    const held = names.filter((name) => this.row(name).owner === owner);
    for (const name of held) this.row(name).leaseUntil = this.time.now + LEASE_MS;
    return new Map(held.map((name) => [name, this.row(name).epoch]));
  }

  giveBack(name: string, epoch: number, trouble: string | undefined): void {
    const row = this.row(name);
    if (row.epoch !== epoch) return;
    row.owner = undefined;
    if (trouble !== undefined) row.isTroubled = true;
  }

  release(owner: number): void {
    this.workers.delete(owner);
    for (const row of this.subscriptions.values()) if (row.owner === owner) row.owner = undefined;
  }

  setAsideOf(name: string): readonly ({ readonly position: number } & SetAside)[] {
    return [...this.row(name).setAside.values()];
  }

  positionOf(name: string): number {
    return this.row(name).position;
  }

  /** Whether it is held. */
  progress({ subscription, from, to, epoch }: Checkpoint): boolean {
    const row = this.row(subscription);
    if (row.position !== from || row.epoch !== epoch) return false;
    row.position = to;
    row.isTroubled = false;
    return true;
  }

  step(step: Checkpoint): void {
    if (this.inTrouble.has(step.subscription)) {
      this.tally.refusedSteps++;
      throw new DatabaseUnavailable(new SqlError('42703'), '42703');
    }
    if (!this.progress(step)) throw new SqlError('AN002');
    this.tally.steps++;
    const { setAside } = this.row(step.subscription);
    for (const { row, kind } of step.setsAside ?? []) {
      const { streamId, type, schemaVersion, position } = row;
      if (!setAside.has(streamId)) setAside.set(streamId, { streamId, kind, type, schemaVersion, position });
    }
  }

  withdraw(saga: string, keys: readonly string[]): void {
    for (const [id, command] of this.commands) {
      if (command.saga !== saga || command.cancelKey === null || !keys.includes(command.cancelKey)) continue;
      this.tally.withdrawnTimers++;
      this.finish(id);
    }
  }

  store(saga: string, { id, name, schemaVersion, payload, event, cancelKey, dueAt }: EmittedCommand): void {
    this.commands.set(id, {
      id,
      saga,
      name,
      schemaVersion,
      payload: JSON.parse(payload) as object,
      metadata: { correlationId: 'c', causationId: event.recorded.eventId },
      epoch: 0,
      attempts: 0,
      cancelKey,
      dueAt: dueAt === null ? this.time.clock : Date.parse(dueAt),
      owner: undefined,
    });
  }

  claimCommands(owner: number, limit: number): PendingCommand[] {
    const isFree = (command: CommandRow) => command.owner === undefined || !this.sessions.has(command.owner);
    const due = [...this.commands.values()].filter((command) => command.dueAt <= this.time.clock && isFree(command));
    return due.slice(0, limit).map((command) => {
      Object.assign(command, { owner, epoch: command.epoch + 1 });
      return { ...command };
    });
  }

  get nextDueInMs(): number | undefined {
    const due = [...this.commands.values()].filter(({ owner }) => owner === undefined).map(({ dueAt }) => dueAt);
    return due.length > 0 ? Math.min(...due) - this.time.clock : undefined;
  }

  /** @throws an error with the code AN002 when another has it */
  complete(id: string, epoch: number): void {
    if (this.commands.get(id)?.epoch !== epoch) throw new SqlError('AN002');
    this.tally.commands++;
    this.finish(id);
  }

  finish(id: string): void {
    this.commands.delete(id);
  }

  postpone(id: string, seconds: number, attempts: number): void {
    this.tally.postponements++;
    const command = this.commands.get(id);
    if (command) Object.assign(command, { owner: undefined, attempts, dueAt: this.time.clock + seconds * 1000 });
  }

  private row(name: string): SubscriptionRow {
    return this.subscriptions.get(name)!;
  }
}
