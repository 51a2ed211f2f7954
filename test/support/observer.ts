import pg from 'pg';
import { types } from '../../src/database/types.js';

export interface SetAside {
  readonly subscription: string;
  readonly position: number;
  readonly type: string;
  readonly kind: string;
  readonly error: string;
}

/** Looks at a database from the outside, over a connection of its own. */
export class Observer {
  private constructor(private readonly client: pg.Client) {}

  static async on(connectionString: string): Promise<Observer> {
    const client = new pg.Client({ connectionString, types, application_name: 'observer' });
    client.on('error', () => undefined);
    await client.connect();
    return new Observer(client);
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(text, [...values])).rows;
  }

  async value<T>(text: string, values: readonly unknown[] = []): Promise<T> {
    const { rows } = await this.client.query<{ value: T }>(`select (${text}) as value`, [...values]);
    return rows[0]!.value;
  }

  setAside(): Promise<SetAside[]> {
    return this.rows('select subscription, position, type, kind, error from write.dead_letters order by 1, 2');
  }

  /** Highest position in the log, 0 when it is empty. */
  head(): Promise<number> {
    return this.value('select coalesce(max(position), 0) from write.events');
  }

  /** Subscriptions that have not stored that they are as far as that. */
  async behind(position: number): Promise<string[]> {
    const rows = await this.rows<{ name: string }>(
      'select name from write.subscriptions where position < $1 order by 1',
      [position],
    );
    return rows.map(({ name }) => name);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
