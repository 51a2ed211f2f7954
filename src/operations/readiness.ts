import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database } from '../database/database.js';
import { sqlStateOf } from '../database/sql-state.js';
import { sql } from '../database/sql.js';
import { CommandHealth, type SubscriptionState, SubscriptionStatus } from '../event-sourcing/index.js';

export interface Check {
  readonly ok: boolean;
  /** What is wrong, for the operator. Never a message of the database, which may hold data. */
  readonly detail?: string;
  /** It holds, but somebody should look: events are set aside. */
  readonly degraded?: true;
}

export type Checks = Readonly<Record<'database' | 'migrations' | 'commands' | 'subscriptions', Check>>;

const PING = sql`select 1`;
const CHECK_TIMEOUT_MS = 3000;

/** Whether this process can do its work: the database answers, is migrated and stores commands, and all subscriptions run. */
@Injectable()
export class Readiness {
  private migrated = false;

  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly commandHealth: CommandHealth,
    private readonly subscriptions: SubscriptionStatus,
  ) {}

  async checks(): Promise<Checks> {
    const [database, migrations, commands, subscriptions] = await Promise.all([
      within(this.reachable(), 'does not answer'),
      within(this.migrations(), 'cannot be read'),
      within(this.commands(), 'cannot be stored'),
      within(this.subscribed(), 'cannot be read'),
    ]);
    return { database, migrations, commands, subscriptions };
  }

  private async reachable(): Promise<Check> {
    await this.database.query(PING, [], 'health');
    return { ok: true };
  }

  /** Asked until it is so: migrations are not taken back under a running process. */
  private async migrations(): Promise<Check> {
    this.migrated ||= !(await this.dataSource.showMigrations());
    return this.migrated ? { ok: true } : { ok: false, detail: 'pending' };
  }

  private async commands(): Promise<Check> {
    const trouble = await this.commandHealth.trouble();
    if (trouble !== undefined) throw trouble;
    return { ok: true };
  }

  private async subscribed(): Promise<Check> {
    const states = await this.subscriptions.states();
    const stopped = states.filter(({ running }) => !running);
    const aside = states.filter(({ hasDeadLetters }) => hasDeadLetters).map(({ name }) => name);
    const details = [
      ...(stopped.length > 0 ? [`not running: ${stopped.map(withTrouble).join(', ')}`] : []),
      ...(aside.length > 0 ? [`events are set aside for ${aside.join(', ')}`] : []),
    ];
    return {
      ok: stopped.length === 0,
      ...(details.length > 0 && { detail: details.join('; ') }),
      ...(aside.length > 0 && { degraded: true as const }),
    };
  }
}

/** What stopped it is told by its kind and code, never by a message of the database, which may hold data. */
const withTrouble = ({ name, trouble }: SubscriptionState) => (trouble ? `${name} (${trouble})` : name);

const withCode = (detail: string, error: unknown) => {
  const sqlState = sqlStateOf(error);
  return sqlState === undefined ? detail : `${detail} (${sqlState})`;
};

/** A check that fails or takes too long is a check that does not hold. */
async function within(check: Promise<Check>, detail: string): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([
      check.catch((error: unknown) => ({ ok: false, detail: withCode(detail, error) })),
      timeout,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
