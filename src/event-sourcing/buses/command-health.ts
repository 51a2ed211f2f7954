import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { Queryable } from '../../database/queryable.js';
import { isHeldUp } from '../../database/sql-state.js';
import { statement } from '../../database/sql.js';
import { DatabaseBusy, isUnavailable } from '../../database/unavailable.js';
import { newId } from '../ids.js';
import { Scheduler } from '../scheduling/scheduler.js';

/** More than fits into what may be free in the pages that there are: where no file can grow, it fails. */
const EVENTS = 64;
const ONCE_IN_MS = 1000;

const load = statement('select data from write.events where stream_id = $1');
const append = statement(`
  select write.append(array[$1::uuid], array['probe'], array[0], array_agg($1::uuid), array_agg(n), array_agg(gen_random_uuid()),
    array_agg('probe'::text), array_agg(1::smallint), array_agg(jsonb_build_object('of', repeat('.', 300))), array['{}'::jsonb],
    array_agg(1), '{}', '{}')
  from generate_series(1, ${EVENTS}) n`);
const appendOne = statement(
  `select write.append_event($1::uuid, 'probe', ${EVENTS}, gen_random_uuid(), 'probe', 1::smallint, '{}', '{}', null, null)`,
);
const answer = statement(`select write.save_answer($1, $1, '', 'null', 0, '{}')`);
// The one thing that is committed: it changes no table, and reaches the disk.
const flush = statement(`select pg_logical_emit_message(true, 'anamnesis', 'probe')`);

class TakenBack extends Error {}

/**
 * Whether commands can be stored: a database that answers questions may still refuse every change, as with a full disk, a lock on the
 * log or a right that was taken. It is tried out only when a command has failed by it, so nothing is written while all goes well; only the trial tells that it is over,
 * for some commands may be stored while others are not.
 */
@Injectable()
export class CommandHealth {
  private suspected = false;
  private triedAt?: number;
  private trial: Promise<Error | undefined> | undefined;

  constructor(
    private readonly database: Database,
    private readonly scheduler: Scheduler,
  ) {}

  /** A command was not stored. Whether that was its own matter, such as one stream that somebody holds, a trial tells. */
  failed(error: unknown): void {
    if ((isUnavailable(error) && !(error instanceof DatabaseBusy)) || isHeldUp(error)) this.suspected = true;
  }

  /** What keeps commands from being stored; undefined when nothing does. One trial at a time, shared by all who ask, and one a second. */
  async trouble(): Promise<Error | undefined> {
    if (!this.suspected) return undefined;
    if (this.triedAt !== undefined && this.scheduler.now() - this.triedAt >= ONCE_IN_MS) this.trial = undefined;
    this.trial ??= this.tryOut();
    return this.trial;
  }

  private async tryOut(): Promise<Error | undefined> {
    this.triedAt = undefined;
    try {
      await this.database.transaction(withdrawn, 'health').catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error;
      });
      await this.database.query(flush, [], 'health');
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.triedAt = this.scheduler.now();
    }
    this.suspected = false;
    return undefined;
  }
}

/** Loads, appends and answers as commands do. @throws TakenBack at the end, so that nothing of it is kept */
async function withdrawn(connection: Queryable): Promise<never> {
  const id = newId();
  await connection.query(load, [id]);
  await connection.query(append, [id]);
  await connection.query(appendOne, [id]);
  await connection.query(answer, [id]);
  throw new TakenBack();
}
