import { WriteSide } from './write-side.js';
import { until } from '../../support/until.js';

/**
 * What one function of the write side promises: a sentence, and a way to see it kept. Checks are plain functions, so that
 * `write-functions.int-spec.ts` can see them hold and `mutants.int-spec.ts` can see each of them fail where the function is broken.
 */
export interface Check {
  readonly sentence: string;
  /** @throws when the promise is broken */
  readonly holds: (database: Scratch) => Promise<void>;
}

export const check = (sentence: string, holds: Check['holds']): Check => ({ sentence, holds });

/** A database to try things in, with connections that are ended together. */
export class Scratch {
  private connections: WriteSide[] = [];

  constructor(readonly url: string) {}

  async connect(): Promise<WriteSide> {
    const connection = await WriteSide.connect(this.url);
    this.connections.push(connection);
    return connection;
  }

  /** Rolls back whatever is open. */
  async close(): Promise<void> {
    const { connections } = this;
    this.connections = [];
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

/** SQLSTATE of the error, undefined when there is none. */
export const sqlStateOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

export const NOT_HELD = 'AN002';
export const LOCK_NOT_AVAILABLE = '55P03';

/** Resolves when the work of a connection waits for a lock, as another connection sees it. @throws when it is over instead */
export async function waits(work: Promise<unknown>, connection: WriteSide, observer: WriteSide): Promise<void> {
  let over = false;
  const end = () => (over = true);
  work.then(end, end);
  const { processID } = connection.client as unknown as { processID: number };
  await until(async () => {
    if (over) throw new Error('It did not wait');
    const [row] = await observer.rows<{ blocked: boolean }>('select cardinality(pg_blocking_pids($1)) > 0 as blocked', [
      processID,
    ]);
    return row!.blocked;
  });
}

/** How long it is waited for a lock where waiting is what is expected. */
export const IMPATIENT = `set lock_timeout = '150ms'`;
/** Where nothing should stand in the way. */
export const PATIENT = `set lock_timeout = '1s'`;
