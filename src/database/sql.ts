import { createHash } from 'node:crypto';

/** A statement that each connection prepares once: the name is derived from the text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** It only reads, and takes less than a millisecond: it may go together with others that wait at the same time. */
  readonly quick?: boolean;
}

export const statement = (text: string): Statement => ({
  name: createHash('sha1').update(text).digest('base64url'),
  text,
});

/** Tags constant SQL: const byId = sql`select … where id = $1`. Values are parameters, never part of the text. */
export const sql = (text: TemplateStringsArray): Statement => statement(text.join(''));

/** Marks a statement that reads a row or a page of them along an index. */
export const quick = (statement: Statement): Statement => ({ ...statement, quick: true });
