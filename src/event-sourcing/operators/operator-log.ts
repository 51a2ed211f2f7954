import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import type { Instant } from '../domain-event.js';
import { invalid } from '../errors.js';

/** Who asks for an act, and why. */
export interface Mandate {
  readonly by: string;
  readonly reason: string;
}

export interface OperatorAct extends Mandate {
  readonly at: Instant;
  readonly act: string;
  /** What it was done to, as it was before. */
  readonly target: unknown;
}

const LONGEST = { by: 200, reason: 2000 };

const record = sql`insert into write.operator_acts (operator, reason, act, target) values ($1, $2, $3, $4::jsonb)`;
const list = sql`
  select at, operator as by, reason, act, target from write.operator_acts order by id desc limit $1`;

/** What operators did. It is only added to, in the transaction of the act. */
@Injectable()
export class OperatorLog {
  constructor(private readonly database: Database) {}

  /**
   * Does `work`, and keeps that it was done, or neither. What it returns is kept: no data of patients.
   * @throws DomainError when somebody or a reason is missing, or too long
   */
  async perform<T extends object>(
    act: string,
    mandate: Mandate,
    work: (connection: Queryable) => Promise<T>,
  ): Promise<T> {
    for (const part of ['by', 'reason'] as const) {
      const text = mandate[part].trim();
      if (text === '' || text.length > LONGEST[part]) {
        throw invalid(`${part}-missing`, `--${part} is needed, in up to ${LONGEST[part]} characters.`);
      }
    }
    return this.database.transaction(async (connection) => {
      const target = await work(connection);
      await connection.query(record, [mandate.by.trim(), mandate.reason.trim(), act, JSON.stringify(target)]);
      return target;
    });
  }

  /** The newest first. */
  list(limit: number): Promise<OperatorAct[]> {
    return this.database.query<OperatorAct & Record<string, unknown>>(list, [limit]);
  }
}
