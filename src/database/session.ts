import pg from 'pg';
import type { ClientConfig } from 'pg';
import { outliveErrors } from './connection.js';
import { classified } from './sql-state.js';
import { DatabaseUnavailable } from './unavailable.js';

/**
 * A connection outside of the lanes. What its queries throw is classified as everything of this folder; one that takes longer than
 * `query_timeout` destroys the connection, which then says `end`.
 */
export async function openSession({ query_timeout: deadline = 0, ...config }: ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  outliveErrors(client);
  const ask = client.query.bind(client) as (...asked: unknown[]) => unknown;
  const bounded = (...asked: unknown[]): unknown => {
    const answer = ask(...asked);
    return answer instanceof Promise ? within(deadline, answer, client) : answer;
  };
  client.query = bounded as typeof client.query;
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.connection.stream.destroy();
    throw classified(error);
  }
}

async function within<T>(deadline: number, answer: Promise<T>, client: pg.Client): Promise<T> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    client.connection.stream.destroy();
  }, deadline).unref();
  try {
    return await answer;
  } catch (error) {
    throw late ? new DatabaseUnavailable(new Error(`No answer within ${deadline} ms`)) : classified(error);
  } finally {
    clearTimeout(timer);
  }
}
