import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql, statement } from '../../database/sql.js';
import { ownerIsGone } from '../subscriptions/subscription-store.js';
import type { Effect } from '../unit-of-work.js';

/** A worker that does not finish in this time loses the command to another one. */
const LEASE_SECONDS = 30;

const claim = statement(`
  update write.pending_commands set owner = $1, epoch = epoch + 1, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
  where id in (
    select id from write.pending_commands due
    where status = 'pending' and due_at <= now() and ${ownerIsGone('due')}
    order by due_at limit $2 for update skip locked)
  returning id, saga, name, payload, metadata, epoch, attempts`);
const nextDue = sql`
  select extract(epoch from min(due_at) - now()) * 1000 as in_ms from write.pending_commands where status = 'pending' and owner is null`;
const refuse = sql`
  update write.pending_commands set status = $3, error = $4, finished_at = now(), owner = null, attempts = attempts + 1
  where id = $1 and epoch = $2 and status = 'pending'`;
const postpone = sql`
  update write.pending_commands set due_at = now() + make_interval(secs => $3), error = $4, owner = null, attempts = attempts + 1
  where id = $1 and epoch = $2 and status = 'pending'`;
export interface PendingCommand {
  readonly id: string;
  readonly saga: string;
  readonly name: string;
  readonly payload: object;
  readonly metadata: { readonly correlationId: string; readonly causationId: string };
  readonly epoch: number;
  readonly attempts: number;
}

/** The rows of `write.pending_commands`: what sagas have emitted, due now or later. */
@Injectable()
export class PendingCommands {
  constructor(private readonly database: Database) {}

  /** Takes due commands that nobody alive is working on. */
  claim(owner: number, limit: number): Promise<PendingCommand[]> {
    return this.database.query<PendingCommand & Record<string, unknown>>(claim, [owner, limit]);
  }

  /** Milliseconds until the next command is due; negative when it is late, undefined when there is none. */
  async nextDueInMs(): Promise<number | undefined> {
    const [row] = await this.database.query<{ in_ms: string | number | null }>(nextDue);
    return row === undefined || row.in_ms === null ? undefined : Number(row.in_ms);
  }

  /** Commits with the command's own events: a command is done exactly when its effect is stored. */
  completion({ id, epoch }: PendingCommand): Effect {
    return { call: 'write.complete_command($1::uuid, $2::int)', values: [id, epoch] };
  }

  /** The command can never succeed: kept, and visible. `dead` when that took several attempts to find out. */
  async finishAs(status: 'refused' | 'dead', { id, epoch }: PendingCommand, error: string): Promise<void> {
    await this.database.query(refuse, [id, epoch, status, error]);
  }

  async postpone({ id, epoch }: PendingCommand, seconds: number, error: string): Promise<void> {
    await this.database.query(postpone, [id, epoch, seconds, error]);
  }
}
