import type { DataSource, EntityMetadata } from 'typeorm';
import type { Database } from '../../database/database.js';
import { arrayOf, arrayParameter } from '../../database/array-parameter.js';
import { statement, type Statement } from '../../database/sql.js';
import type { DomainEvent, EventClass } from '../domain-event.js';
import { type Checkpoint, checkpointValues, type Consumer } from '../subscriptions/consumer.js';
import { nextSlice, sliceIsOver } from '../subscriptions/slices.js';
import { Projection } from './projection.js';
import type { EntityClass } from './projects.js';

type Row = Record<string, unknown>;

/** A column of a read table, as the set-based statements need it. */
interface Column {
  readonly property: string;
  readonly name: string;
  readonly type: string;
}

/**
 * Feeds a projection: the rows that a batch touches are read by one statement, evolved in memory, and written by one statement
 * together with the checkpoint. Two round trips for up to 500 events.
 */
export class ProjectionConsumer implements Consumer {
  readonly startsAt = 'beginning';
  private readonly columns: readonly Column[];
  private readonly key: Column;
  private readonly read: Statement;
  private readonly write: Statement;
  /** Rows belong to streams: the row of a stream that begins in this batch cannot be there yet. */
  private readonly onePerStream: boolean;

  constructor(
    readonly name: string,
    private readonly projection: Projection<object>,
    private readonly events: ReadonlySet<EventClass>,
    entity: EntityClass,
    private readonly database: Database,
    dataSource: DataSource,
  ) {
    this.onePerStream = projection.keysOf === Projection.prototype.keysOf;
    const metadata = dataSource.getMetadata(entity);
    this.columns = metadata.columns.map((column) => ({
      property: column.propertyName,
      name: `"${column.databaseName}"`,
      type: dataSource.driver.normalizeType(column),
    }));
    this.key = this.keyColumn(metadata);
    ({ read: this.read, write: this.write } = statementsFor(tableOf(metadata), this.columns, this.key));
  }

  handles(event: DomainEvent): boolean {
    return this.events.has(event.constructor as EventClass);
  }

  async apply(events: readonly DomainEvent[], checkpoint: Checkpoint): Promise<boolean> {
    const touched: (readonly string[])[] = [];
    for (const event of events) {
      if (sliceIsOver()) await nextSlice();
      touched.push(this.projection.keysOf(event));
    }
    const keys = [...new Set(this.onePerStream ? laterThanFirst(events, touched) : touched.flat())];
    const before = new Map<string, Row>();
    if (keys.length > 0) {
      for (const row of await this.database.query<Row>(this.read, [arrayParameter(keys, this.key.type)]))
        before.set(String(row[this.key.property]), row);
    }
    const rows = new Map<string, Row | undefined>(before);
    for (const [i, event] of events.entries()) {
      if (sliceIsOver()) await nextSlice();
      for (const key of touched[i]!)
        rows.set(key, this.projection.evolve(rows.get(key), event, key) as Row | undefined);
    }
    if (sliceIsOver()) await nextSlice();

    const kept: Row[] = [];
    const gone: string[] = [];
    for (const [key, row] of rows) {
      if (row === before.get(key)) continue;
      if (row) kept.push(row);
      else gone.push(key);
    }
    const values = [
      ...this.columns.map(({ property, type }) =>
        arrayParameter(
          kept.map((row) => toElement(row[property], type)),
          type,
        ),
      ),
      arrayParameter(gone, this.key.type),
      ...checkpointValues(checkpoint),
    ];
    await this.database.together('projections', this.write, values, checkpoint.subscription);
    return true;
  }

  private keyColumn(metadata: EntityMetadata): Column {
    const [primary, ...others] = metadata.primaryColumns;
    const key = this.columns.find((column) => column.property === primary?.propertyName);
    if (!key || others.length > 0) throw new Error(`${metadata.name} needs one primary column: the key of its rows`);
    const array = metadata.columns.find((column) => column.isArray);
    if (array) throw new Error(`${metadata.name}.${array.propertyName} is an array: use jsonb`);
    return key;
  }
}

function laterThanFirst(events: readonly DomainEvent[], touched: readonly (readonly string[])[]): string[] {
  const begun = new Set(
    events.filter(({ recorded }) => recorded.streamVersion === 1).map(({ recorded }) => recorded.streamId),
  );
  return touched.flat().filter((key) => !begun.has(key));
}

const tableOf = ({ schema, tableName }: EntityMetadata) => `"${schema ?? 'read'}"."${tableName}"`;

function statementsFor(table: string, columns: readonly Column[], key: Column) {
  const names = columns.map(({ name }) => name).join(', ');
  const parameters = columns.map(({ type }, i) => arrayOf(`$${i + 1}`, type)).join(', ');
  const others = columns.filter((column) => column !== key);
  const onConflict =
    others.length > 0 ? `update set ${others.map(({ name }) => `${name} = excluded.${name}`).join(', ')}` : 'nothing';
  const n = columns.length;
  return {
    read: statement(
      `select ${columns.map(({ name, property }) => `${name} as "${property}"`).join(', ')} from ${table}
       where ${key.name} = any($1::${key.type}[])`,
    ),
    write: statement(
      `with kept as (insert into ${table} (${names}) select * from unnest(${parameters}) on conflict (${key.name}) do ${onConflict}),
         gone as (delete from ${table} where ${key.name} = any($${n + 1}::${key.type}[]))
       select write.advance($${n + 2}, $${n + 3}, $${n + 4}, $${n + 5})`,
    ),
  };
}

const toElement = (value: unknown, type: string) => {
  if (value === undefined || value === null) return null;
  return type === 'json' || type === 'jsonb' ? JSON.stringify(value) : (value as string | number | boolean);
};
