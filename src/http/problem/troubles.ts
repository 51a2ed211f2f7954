import { ofThisDatabase } from '../../database/origin.js';
import { sqlStateOf } from '../../database/sql-state.js';
import { isUnavailable } from '../../database/unavailable.js';

/** A trouble that did not come up for this long is over: when it comes again, it is news again. */
const OVER_MS = 60_000;
/** Those that come with a server that is away or has too much to do. The operator sees that in the health of the service. */
const EXPECTED = /^(08|53|57)/;

/**
 * What the database refuses for a reason that an operator has to mend, such as a missing column or right. Every request would fail
 * with it: it is told when it begins, not with each of them.
 */
export class Troubles {
  private readonly lastSeen = new Map<string, number>();

  isNews(error: unknown, now = Date.now()): boolean {
    const trouble = ofThisDatabase(error);
    const sqlState = sqlStateOf(trouble);
    if (!isUnavailable(trouble) || sqlState === undefined || EXPECTED.test(sqlState)) return false;
    const { routine = '', table = '', column = '' } = (trouble.cause ?? {}) as Record<string, unknown>;
    const key = [sqlState, routine, table, column].join(' ');
    const before = this.lastSeen.get(key) ?? -Infinity;
    this.lastSeen.set(key, now);
    return now - before > OVER_MS;
  }
}
