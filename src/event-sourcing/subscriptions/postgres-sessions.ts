import { Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import { Database } from '../../database/database.js';
import { APPENDED_ELSEWHERE } from '../buses/appended-elsewhere.js';
import { OWNER_NAMESPACE } from '../store/advisory-locks.js';
import { assertLockNamespacesAgree } from '../tail/lock-namespaces.js';
import { assertTailIsSafe, tailOn } from '../tail/postgres-tail.js';
import type { Floor } from '../tail/safe-tail.js';
import { type ProcessSession, Sessions } from './process-session.js';

const HEARTBEAT_MS = 10_000;
/** The tail's questions take less than a millisecond: a connection that does not answer for so long is dead. */
const DEADLINE_MS = 5_000;

/** A connection outside of the pools, whose advisory lock is what others see of the process being alive. */
@Injectable()
export class PostgresSessions extends Sessions {
  private isFit = false;

  constructor(private readonly database: Database) {
    super();
  }

  async open(): Promise<ProcessSession> {
    const connection = await this.database.connect({
      keepAlive: true,
      keepAliveInitialDelayMillis: HEARTBEAT_MS,
      query_timeout: DEADLINE_MS,
    });
    try {
      if (!this.isFit) await assertFit(connection);
      this.isFit = true;
      const { rows } = await connection.query<{ owner: number }>(`
        select owner, pg_advisory_lock((${OWNER_NAMESPACE}::bigint << 48) | owner)
        from (select nextval('write.owner_id') as owner offset 0) drawn`);
      await connection.query(`listen ${APPENDED_ELSEWHERE}`);
      return new PostgresSession(connection, rows[0]!.owner);
    } catch (error) {
      destroy(connection);
      throw error;
    }
  }
}

/** Asked once: a database does not change in this under a running process. */
async function assertFit(connection: Client): Promise<void> {
  await assertTailIsSafe(connection);
  await assertLockNamespacesAgree(connection);
}

class PostgresSession implements ProcessSession {
  private readonly loss = new AbortController();
  private readonly tail;
  onAppended: () => void = () => undefined;

  constructor(
    private readonly connection: Client,
    readonly owner: number,
  ) {
    connection.once('error', () => this.loss.abort());
    connection.once('end', () => this.loss.abort());
    connection.on('notification', () => this.onAppended());
    this.tail = tailOn(connection);
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  highest(): Promise<number> {
    return this.answered(this.tail.highest());
  }

  floor(): Promise<Floor> {
    return this.answered(this.tail.floor());
  }

  close(): Promise<void> {
    destroy(this.connection);
    return Promise.resolve();
  }

  private async answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // a connection that did not answer once would answer in the wrong order
      destroy(this.connection);
      this.loss.abort();
      throw error;
    }
  }
}

/** The server ends the session, and gives its lock back, when the socket is closed: nobody waits for a polite end. */
function destroy(connection: Client): void {
  connection.connection.stream.destroy();
}
