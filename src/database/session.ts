import type { Client, ClientConfig } from 'pg';
import { EnduringClient } from './enduring-client.js';
import { classified, sqlStateOf } from './sql-state.js';
import { DatabaseUnavailable } from './unavailable.js';

/**
 * A connection outside of the lanes. What its queries throw is classified as everything of this folder; one that takes longer than
 * the deadline, in milliseconds, destroys the connection, which then says `end`.
 */
export async function openSession(config: ClientConfig, deadline: number): Promise<Client> {
  const client = new EnduringClient(config);
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
    client.destroy();
    throw new DatabaseUnavailable(error, sqlStateOf(error));
  }
}

async function within<T>(deadline: number, answer: Promise<T>, client: EnduringClient): Promise<T> {
  let late = false;
  const giveUp = () => {
    late = true;
    client.destroy();
  };
  // As in `send`: answers that have come are read first.
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (last = setImmediate(giveUp)), deadline).unref();
  try {
    return await answer;
  } catch (error) {
    throw late ? new DatabaseUnavailable(new Error(`No answer within ${deadline} ms`)) : classified(error);
  } finally {
    clearTimeout(timer);
    clearImmediate(last);
  }
}
