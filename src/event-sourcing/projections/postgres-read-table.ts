import type { DataSource, EntityMetadata } from 'typeorm';
import { arrayOf, arrayParameter } from '../../database/array-parameter.js';
import type { Database } from '../../database/database.js';
import { statement, type Statement } from '../../database/sql.js';
import { type Checkpoint, checkpointCall, checkpointValues } from '../subscriptions/checkpoint.js';
import { BatchTooLarge } from '../subscriptions/consumer.js';
import type { EntityClass } from './projects.js';
import type { ReadTable, Row } from './read-table.js';

/** A column of a read table, as the set-based statements need it. */
interface Column {
  readonly property: string;
  readonly name: string;
  readonly type: string;
}

/** A read table as its entity describes it: one statement reads any number of rows, one writes them. */
export class PostgresReadTable implements ReadTable {
  readonly key: string;
  private readonly columns: readonly Column[];
  private readonly keyColumn: Column;
  private readonly readRows: Statement;
  private readonly writeRows: Statement;

  constructor(
    entity: EntityClass,
    private readonly database: Database,
    dataSource: DataSource,
  ) {
    const metadata = dataSource.getMetadata(entity);
    this.columns = metadata.columns.map((column) => ({
      property: column.propertyName,
      name: `"${column.databaseName}"`,
      type: dataSource.driver.normalizeType(column),
    }));
    this.keyColumn = keyColumnOf(metadata, this.columns);
    this.key = this.keyColumn.property;
    const statements = statementsFor(tableOf(metadata), this.columns, this.keyColumn);
    this.readRows = statements.read;
    this.writeRows = statements.write;
  }

  read(keys: readonly string[]): Promise<Row[]> {
    return this.database.query<Row>(this.readRows, [arrayParameter(keys, this.keyColumn.type)], 'projections');
  }

  async write(kept: readonly Row[], gone: readonly string[], checkpoint: Checkpoint, mostBytes: number): Promise<void> {
    const parameters: string[] = [];
    let bytes = 0;
    for (const { property, type } of this.columns) {
      const elements = kept.map((row) => toElement(row[property], type));
      const parameter = arrayParameter(elements, type);
      bytes += parameter.length;
      if (bytes > mostBytes) throw new BatchTooLarge();
      parameters.push(parameter);
    }
    await this.database.together(
      'projections',
      this.writeRows,
      [...parameters, arrayParameter(gone, this.keyColumn.type), ...checkpointValues(checkpoint)],
      checkpoint.subscription,
    );
  }
}

function keyColumnOf(metadata: EntityMetadata, columns: readonly Column[]): Column {
  const [primary, ...others] = metadata.primaryColumns;
  const key = columns.find((column) => column.property === primary?.propertyName);
  if (!key || others.length > 0) throw new Error(`${metadata.name} needs one primary column: the key of its rows`);
  const array = metadata.columns.find((column) => column.isArray);
  if (array) throw new Error(`${metadata.name}.${array.propertyName} is an array: use jsonb`);
  return key;
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
       select ${checkpointCall(n + 2)}`,
    ),
  };
}

const toElement = (value: unknown, type: string) => {
  if (value === undefined || value === null) return null;
  return type === 'json' || type === 'jsonb' ? JSON.stringify(value) : (value as string | number | boolean);
};
