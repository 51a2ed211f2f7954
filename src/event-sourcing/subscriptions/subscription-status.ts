import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';
import { ownerIsGone } from './subscription-store.js';
import { Subscriptions } from './subscriptions.js';

export interface SubscriptionState {
  readonly name: string;
  /** It is being worked on, by this process or by another one. */
  readonly running: boolean;
  /** It has handled everything that is committed. */
  readonly caughtUp: boolean;
  readonly position: number;
}

/**
 * Progress, head of the log and due commands as of one snapshot. A saga or handler that no class answers for any more, as after a renaming, is
 * among them: it has a checkpoint, and would lose events in silence.
 */
const snapshot = statement(`
  select s.name, s.position, s.owner, not ${ownerIsGone('s')} as alive,
    coalesce((select max(position) from write.events), 0) as head,
    (select count(*)::int from write.pending_commands where status = 'pending' and due_at <= now()) as due
  from write.subscriptions s where s.name = any($1::text[]) or s.name !~ '^projection:'`);

interface SnapshotRow {
  name: string;
  position: number;
  owner: number | null;
  alive: boolean;
  head: number;
  due: number;
}

/** How the subscriptions are doing: projections, sagas, and the commands that sagas have emitted. */
@Injectable()
export class SubscriptionStatus {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
  ) {}

  /**
   * When all are caught up, nothing is left to do but timers that are not due: what this process has reached is read before
   * the snapshot, so that the commands of every event up to the head are among those that the snapshot counts.
   */
  async states(): Promise<readonly SubscriptionState[]> {
    const own = this.subscriptions.names();
    const reached = new Map(own.map((name) => [name, this.subscriptions.local(name)?.reached]));
    const rows = await this.database.query<SnapshotRow & Record<string, unknown>>(snapshot, [own]);
    const byName = new Map(rows.map((row) => [row.name, row]));
    const names = new Set([...own, ...byName.keys()]);
    const states = [...names].map((name) => {
      const row = byName.get(name);
      const position = reached.get(name) ?? row?.position ?? 0;
      const isHere = reached.get(name) !== undefined;
      const isElsewhere = row !== undefined && row.alive && row.owner !== this.subscriptions.owner;
      return { name, running: isHere || isElsewhere, caughtUp: row !== undefined && position >= row.head, position };
    });
    const due = rows[0]?.due ?? 0;
    return [...states, { name: 'pending-commands', running: true, caughtUp: due === 0, position: 0 }];
  }
}
