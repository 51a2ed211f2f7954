import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { leaseIsOver, livingOwners } from './owners.js';
import { LEASE_SECONDS } from './postgres-subscription-store.js';
import { CommandWorker } from '../sagas/command-worker.js';
import { Subscriptions } from './subscriptions.js';

export interface SubscriptionState {
  readonly name: string;
  /** Somebody alive works on it, and nothing has stopped it. */
  readonly running: boolean;
  /** It has handled everything that is committed. */
  readonly caughtUp: boolean;
  readonly position: number;
  /** What stopped it, where something has. */
  readonly trouble?: string;
  /** Events are set aside for it, or commands are dead. */
  readonly hasDeadLetters: boolean;
}

/** A subscription that is handed over on purpose has a new holder within seconds. */
const HAND_OVER = `interval '5 seconds'`;

/** Progress, head of the log and due commands as of one snapshot. Rows of subscriptions that this build does not have are others'. */
const snapshot = statement(`
  with alive as materialized (${livingOwners})
  select s.name, s.position, s.trouble,
    coalesce(not ${leaseIsOver('s.lease_until', LEASE_SECONDS)} and s.owner in (select owner from alive), false)
      or coalesce(s.owner is null and s.released_at > now() - ${HAND_OVER}, false) as held,
    exists (select from write.dead_letters d where d.subscription = s.name) as "hasDeadLetters",
    coalesce((select max(position) from write.events), 0) as head,
    (select count(*)::int from write.pending_commands where status = 'pending' and due_at <= now()) as due,
    exists (select from write.pending_commands where status = 'dead') as "hasDead"
  from write.subscriptions s where s.name = any($1::text[])`);

interface SnapshotRow extends Record<string, unknown> {
  name: string;
  position: number;
  trouble: string | null;
  held: boolean;
  hasDeadLetters: boolean;
  head: number;
  due: number;
  hasDead: boolean;
}

/** How the subscriptions are doing: projections, sagas, and the commands that sagas have emitted. */
@Injectable()
export class SubscriptionStatus {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly worker: CommandWorker,
  ) {}

  /**
   * When all are caught up, nothing is left to do but timers that are not due: what this process has reached is read before
   * the snapshot, so that the commands of every event up to the head are among those that the snapshot counts.
   */
  async states(): Promise<readonly SubscriptionState[]> {
    const own = this.subscriptions.names();
    const reached = new Map(own.map((name) => [name, this.subscriptions.local(name)?.reached]));
    const rows = await this.database.query<SnapshotRow>(snapshot, [own], 'health');
    const byName = new Map(rows.map((row) => [row.name, row]));
    const states = own.map((name): SubscriptionState => {
      const row = byName.get(name);
      if (!row) return { name, running: false, caughtUp: false, position: 0, hasDeadLetters: false };
      const { trouble, held, hasDeadLetters, head } = row;
      const position = Math.max(reached.get(name) ?? 0, row.position);
      const running = held && trouble === null;
      return { name, running, caughtUp: position >= head, position, hasDeadLetters, ...(trouble && { trouble }) };
    });
    return [...states, this.commands(rows[0])];
  }

  private commands(row: SnapshotRow | undefined): SubscriptionState {
    const { trouble } = this.worker;
    return {
      name: 'pending-commands',
      running: trouble === undefined,
      caughtUp: (row?.due ?? 0) === 0,
      position: 0,
      hasDeadLetters: row?.hasDead ?? false,
      ...(trouble !== undefined && { trouble }),
    };
  }
}
