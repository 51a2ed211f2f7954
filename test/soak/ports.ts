import type { KnownCommand } from '../../src/event-sourcing/durable-commands.js';
import type { ReadTable, Row } from '../../src/event-sourcing/projections/read-table.js';
import {
  type EmittedCommand,
  type PendingCommand,
  PendingCommands,
} from '../../src/event-sourcing/sagas/pending-commands.js';
import type { Checkpoint } from '../../src/event-sourcing/subscriptions/checkpoint.js';
import type { Progress } from '../../src/event-sourcing/subscriptions/subscription-store.js';
import { type ProcessSession, Sessions } from '../../src/event-sourcing/subscriptions/process-session.js';
import {
  type Briefing,
  type Claimed,
  type Declaration,
  SubscriptionStore,
  type Survey,
} from '../../src/event-sourcing/subscriptions/subscription-store.js';
import { Log, type LogRow, type Stretch, type StretchBounds } from '../../src/event-sourcing/tail/log.js';
import type { Effect } from '../../src/event-sourcing/unit-of-work.js';
import type { ForgetfulDatabase } from './forgetful-database.js';

export class SoakedSessions extends Sessions {
  constructor(private readonly database: ForgetfulDatabase) {
    super();
  }

  open(): Promise<ProcessSession> {
    const { database } = this;
    return database.ask(() => {
      const loss = new AbortController();
      const owner = database.openSession(() => loss.abort());
      return {
        owner,
        lost: loss.signal,
        onAppended: () => undefined,
        highest: () => database.ask(() => database.head),
        floor: () => database.ask(() => ({ declared: 0 })),
        close: () => Promise.resolve(void database.sessions.delete(owner)),
      };
    });
  }
}

export class SoakedLog extends Log {
  constructor(private readonly database: ForgetfulDatabase) {
    super();
  }

  read(after: number, upTo: number, types: readonly string[], bounds: StretchBounds): Promise<Stretch> {
    return this.database.ask(() => {
      const rows = this.database.after(after, upTo, types).slice(0, bounds.rows);
      return { rows, upTo: rows.length === bounds.rows ? rows.at(-1)!.position : upTo };
    });
  }

  at(positions: readonly number[]): Promise<LogRow[]> {
    return this.database.ask(() => this.database.wholeAt(positions));
  }
}

export class SoakedSubscriptions extends SubscriptionStore {
  constructor(private readonly database: ForgetfulDatabase) {
    super();
  }

  declare(subscriptions: readonly Declaration[], head: number): Promise<void> {
    const rows = subscriptions.map(({ name, startsAt }) => ({ name, position: startsAt === 'now' ? head : 0 }));
    return this.database.ask(() => this.database.declare(rows));
  }

  survey(names: readonly string[], owner: number): Promise<Survey> {
    return this.database.ask(() => ({
      workers: new Set([...this.database.living, owner]).size,
      subscriptions: names.map((name) => ({ name, holder: this.database.holderOf(name) })),
    }));
  }

  claim(names: readonly string[], owner: number): Promise<Claimed[]> {
    return this.database.ask(() => this.database.claim(names, owner));
  }

  brief(names: readonly string[]): Promise<ReadonlyMap<string, Briefing>> {
    const briefing = (name: string) => ({ declared: new Map(), setAside: this.database.setAsideOf(name) });
    return this.database.ask(() => new Map(names.map((name) => [name, briefing(name)])));
  }

  renew(names: readonly string[], owner: number): Promise<ReadonlyMap<string, number>> {
    return this.database.ask(() => this.database.renew(names, owner));
  }

  giveBack(name: string, epoch: number, trouble?: string): Promise<void> {
    return this.database.ask(() => this.database.giveBack(name, epoch, trouble));
  }

  release(owner: number): Promise<void> {
    return this.database.ask(() => this.database.release(owner));
  }

  advanceIdle(steps: readonly Checkpoint[]): Promise<ReadonlySet<string>> {
    const held = () => steps.filter((step) => this.database.progress(step)).map(({ subscription }) => subscription);
    return this.database.ask(() => new Set(held()));
  }

  checkpoint(step: Checkpoint): Promise<void> {
    return this.database.ask(() => this.database.step(step));
  }

  progress(names: readonly string[]): Promise<ReadonlyMap<string, Progress>> {
    return this.database.ask(
      () => new Map(names.map((name) => [name, { reached: this.database.positionOf(name), hasDeadLetters: false }])),
    );
  }

  lettersOf(name: string, streamId: string): Promise<number[]> {
    const ofStream = () => this.database.setAsideOf(name).filter((letter) => letter.streamId === streamId);
    return this.database.ask(() => ofStream().map(({ position }) => position));
  }
}

export class SoakedCommands extends PendingCommands {
  constructor(private readonly database: ForgetfulDatabase) {
    super();
  }

  store(saga: string, emitted: readonly EmittedCommand[], keys: readonly string[], step: Checkpoint): Promise<void> {
    return this.database.ask(() => {
      this.database.step(step);
      this.database.withdraw(saga, keys);
      for (const command of emitted) this.database.store(saga, command);
    });
  }

  claim(owner: number, _known: readonly KnownCommand[], limit: number): Promise<PendingCommand[]> {
    return this.database.ask(() => this.database.claimCommands(owner, limit));
  }

  nextDueInMs(): Promise<number | undefined> {
    return this.database.ask(() => this.database.nextDueInMs);
  }

  completion({ id, epoch }: PendingCommand): Effect {
    return { call: 'write.complete_command($1, $2)', values: [id, epoch] };
  }

  finishAs(_status: 'refused' | 'dead', { id }: PendingCommand): Promise<void> {
    return this.database.ask(() => this.database.finish(id));
  }

  postpone({ id, attempts }: PendingCommand, seconds: number): Promise<void> {
    return this.database.ask(() => this.database.postpone(id, seconds, attempts + 1));
  }

  giveBack({ id, attempts }: PendingCommand, seconds: number): Promise<void> {
    return this.database.ask(() => this.database.postpone(id, seconds, attempts));
  }
}

/** As many rows as there are streams. */
export class SoakedTable implements ReadTable {
  readonly key = 'id';
  private readonly rows = new Map<string, Row>();

  constructor(private readonly database: ForgetfulDatabase) {}

  read(keys: readonly string[]): Promise<Row[]> {
    return this.database.ask(() => keys.flatMap((key): Row[] => (this.rows.has(key) ? [this.rows.get(key)!] : [])));
  }

  write(kept: readonly Row[], gone: readonly string[], step: Checkpoint): Promise<void> {
    return this.database.ask(() => {
      this.database.step(step);
      for (const row of kept) this.rows.set(row['id'] as string, row);
      for (const key of gone) this.rows.delete(key);
    });
  }
}
