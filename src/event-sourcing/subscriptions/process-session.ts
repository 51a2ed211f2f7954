import type { Client } from 'pg';
import type { Database } from '../../database/database.js';
import { OWNER_NAMESPACE } from '../store/advisory-locks.js';
import { assertTailIsSafe } from '../tail/safe-tail.js';

const HEARTBEAT_MS = 10_000;

/**
 * The connection that stands for this process: its advisory lock is what others see of the process being alive, and the tail
 * reads on it. When it is lost, all that the process held is void, and a new session with a new owner begins.
 */
export class ProcessSession {
  readonly lost: Promise<void>;

  private constructor(
    readonly connection: Client,
    readonly owner: number,
  ) {
    this.lost = new Promise((resolve) => {
      connection.once('error', () => resolve());
      connection.once('end', () => resolve());
    });
  }

  static async open(database: Database): Promise<ProcessSession> {
    const connection = await database.connect({ keepAlive: true, keepAliveInitialDelayMillis: HEARTBEAT_MS });
    try {
      await assertTailIsSafe(connection);
      const { rows } = await connection.query<{ owner: number }>(`
        select owner, pg_advisory_lock((${OWNER_NAMESPACE}::bigint << 48) | owner)
        from (select nextval('write.owner_id') as owner offset 0) drawn`);
      return new ProcessSession(connection, rows[0]!.owner);
    } catch (error) {
      await connection.end().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.connection.end().catch(() => undefined);
  }
}
