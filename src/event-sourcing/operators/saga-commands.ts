import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../database/database.js';
import { statement, type Statement } from '../../database/sql.js';
import type { Instant } from '../domain-event.js';
import { DomainError, refused } from '../errors.js';
import { type Mandate, OperatorLog } from './operator-log.js';

export const COMMAND_STATUSES = ['pending', 'done', 'refused', 'cancelled', 'dead'] as const;
export type CommandStatus = (typeof COMMAND_STATUSES)[number];

/** A command that a saga has emitted. */
export interface SagaCommand {
  readonly id: string;
  readonly saga: string;
  readonly name: string;
  readonly schemaVersion: number;
  readonly status: CommandStatus;
  readonly attempts: number;
  readonly dueAt: Instant;
  readonly error?: string;
}

export interface SagaCommandDetails extends SagaCommand {
  readonly eventId: string;
  readonly streamId?: string;
  readonly createdAt: Instant;
  readonly finishedAt?: Instant;
  /** Data of patients: only where it is asked for. */
  readonly payload?: object;
}

const COLUMNS = 'id, saga, name, schema_version as "schemaVersion", status, attempts, due_at as "dueAt", error';

/** Without a status those that somebody has to look at: dead, refused, and pending for longer than they should. */
const list = statement(`
  select ${COLUMNS} from write.pending_commands
  where case when $1::text is not null then status = $1
    else status in ('dead', 'refused') or (status = 'pending' and due_at < now() - interval '1 minute') end
  order by due_at, position, index limit $2`);
const show = statement(`
  select ${COLUMNS}, event_id as "eventId", stream_id as "streamId", created_at as "createdAt", finished_at as "finishedAt",
    case when $2 then payload end as payload
  from write.pending_commands where id = $1`);
const hold = statement(`
  select ${COLUMNS} from write.pending_commands where id = any($1::uuid[]) order by id for update`);
const run = statement(`
  update write.pending_commands set status = 'pending', finished_at = null, error = null, attempts = 0, due_at = now()
  where id = any($1::uuid[])`);
const cancel = statement(`
  update write.pending_commands set status = 'cancelled', finished_at = now(), owner = null where id = any($1::uuid[])`);

/** Commands that sagas have emitted and that were refused, are dead, or wait, for an operator to deal with. */
@Injectable()
export class SagaCommands {
  constructor(
    private readonly database: Database,
    private readonly log: OperatorLog,
  ) {}

  async list({
    status,
    limit,
  }: {
    readonly status?: CommandStatus | undefined;
    readonly limit: number;
  }): Promise<SagaCommand[]> {
    const rows = await this.database.query<SagaCommand & Record<string, unknown>>(list, [status ?? null, limit]);
    return rows.map(withoutNulls);
  }

  /** @throws DomainError when there is none */
  async show(id: string, { withData }: { readonly withData: boolean }): Promise<SagaCommandDetails> {
    const [row] = await this.database.query<SagaCommandDetails & Record<string, unknown>>(show, [id, withData]);
    if (!row) throw unknown([id]);
    return withoutNulls(row);
  }

  /**
   * Has commands executed now: those that are dead or were refused once more, with all their attempts; timers before their time.
   * All of them or none. Returns them as they were.
   * @throws DomainError when one is unknown, done or withdrawn
   */
  run(ids: readonly string[], mandate: Mandate): Promise<readonly SagaCommand[]> {
    return this.change('commands.run', run, ids, mandate);
  }

  /**
   * Withdraws commands that wait, are dead or were refused. One that is under way is not stored any more. All of them or none.
   * Returns them as they were.
   * @throws DomainError when one is unknown, done or withdrawn
   */
  cancel(ids: readonly string[], mandate: Mandate): Promise<readonly SagaCommand[]> {
    return this.change('commands.cancel', cancel, ids, mandate);
  }

  private async change(act: string, change: Statement, ids: readonly string[], mandate: Mandate) {
    const { commands } = await this.log.perform(act, mandate, async (connection) => {
      const held = await this.held(connection, ids);
      await connection.query(change, [ids]);
      return { commands: held };
    });
    return commands;
  }

  private async held(connection: Queryable, ids: readonly string[]): Promise<SagaCommand[]> {
    const commands = await connection.query<SagaCommand & Record<string, unknown>>(hold, [ids]);
    const missing = ids.filter((id) => !commands.some((command) => command.id === id));
    if (missing.length > 0) throw unknown(missing);
    const over = commands.find(({ status }) => status === 'done' || status === 'cancelled');
    if (over) throw refused('command-is-over', `${over.id} is ${over.status}.`);
    return commands.map(withoutNulls);
  }
}

const withoutNulls = <T extends object>(row: T): T =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;

const unknown = (ids: readonly string[]) =>
  new DomainError('not-found', 'command-not-found', `There is no command ${ids.join(', ')}.`);
