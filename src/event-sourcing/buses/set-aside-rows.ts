import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { statement } from '../../database/sql.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** No command appends as many events, those of others in between. */
const LONGEST_COMMAND = 10_000;

const concerned = statement(`
  select from write.dead_letters d join write.events e using (position)
  where d.subscription = any($1::text[]) and d.position <= $2::bigint and (
    d.stream_id = any($3::uuid[]) or e.metadata->>'patientId' = any($4::text[])
    or (d.position > $2 - ${LONGEST_COMMAND} and e.metadata->>'correlationId' =
      (select own.metadata->>'correlationId' from write.events own where own.position = $2)))
  limit 1`);

/** Whether what a query would read lacks events that are set aside. Only asked where any are. */
@Injectable()
export class SetAsideRows {
  constructor(private readonly database: Database) {}

  /**
   * What concerns a query with a consistency token: the command that the token is of, and up to it all of the streams and patients that
   * the query names.
   * @param subscriptions those that it reads, and for which something is set aside
   */
  async concern(query: object, token: number, subscriptions: readonly string[]): Promise<boolean> {
    const ids = Object.values(query).filter((value): value is string => typeof value === 'string' && UUID.test(value));
    const rows = await this.database.query(
      concerned,
      [subscriptions, token, ids, ids.map((id) => id.toLowerCase())],
      'reads',
    );
    return rows.length > 0;
  }
}
