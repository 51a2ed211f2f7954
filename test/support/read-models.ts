import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Database } from '../../src/database/database.js';
import { sql, statement } from '../../src/database/sql.js';
import { DurableEventBus } from '../../src/event-sourcing/buses/durable-event-bus.js';
import { FeatureRegistry } from '../../src/event-sourcing/feature-registry.js';
import type { DomainEvent, EventMetadata } from '../../src/event-sourcing/index.js';
import type { Projection } from '../../src/event-sourcing/projections/projection.js';
import { projectionTarget } from '../../src/event-sourcing/projections/projects.js';
import { Config } from '../../src/operations/config.js';

type Row = Readonly<Record<string, unknown>>;

const readTables = sql`
  select table_name as name from information_schema.tables where table_schema = 'read' and table_type = 'BASE TABLE' order by 1`;

const log = sql`
  select position, stream_id as "streamId", stream_version as "streamVersion", event_id as "eventId", type,
    schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
  from write.events where not type = any($1::text[]) order by position`;

interface LogRow extends Row {
  readonly position: number;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Record<string, unknown>;
  readonly metadata: EventMetadata;
  readonly recordedAt: string;
}

const strangeStreams = sql`select distinct stream_id as id from write.events where type = any($1::text[])`;

const LISTED = 5;

/** What only another build can read: its events, and the tables that it fills. Rows of the streams with such events are not compared. */
export interface OfAnotherBuild {
  readonly types: readonly string[];
  readonly tables: readonly string[];
}

/**
 * Holds every read table against the log: all events are folded from the first on, by the projection's own methods and in memory,
 * and every column of every row must be the same. To be called when the subscriptions have caught up and nobody writes.
 *
 * @returns how many rows each read table has.
 * @throws Error that names rows that differ, are missing, or have no event.
 */
export async function readModelsEqualTheirFold(
  databaseUrl: string,
  { types, tables }: OfAnotherBuild = { types: [], tables: [] },
): Promise<Record<string, number>> {
  // The application itself knows its events, projections and tables. As an `api` it runs no subscriptions.
  const config = new Config({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ROLE: 'api', MIGRATE_ON_START: 'false' });
  const application = await Test.createTestingModule({ imports: [AppModule.with(config, databaseUrl)] })

    .compile();
  try {
    await application.init();
    const database = application.get(Database);
    const { catalogue } = application.get(FeatureRegistry, { strict: false });
    const events = (await database.query<LogRow>(log, [types])).map(({ type, schemaVersion, data, ...recorded }) =>
      catalogue.revive(type, schemaVersion, data).recordedAs(recorded),
    );
    const strange = await database.query<{ id: string }>(strangeStreams, [types]);
    const counts: Record<string, number> = {};
    const faults: string[] = [];
    for (const projection of application.get(DurableEventBus, { strict: false }).projections) {
      const { table, rows } = await folded(projection, events, database);
      counts[table] = rows.length;
      faults.push(...(await differences(table, rows, database, new Set(strange.map(({ id }) => id)))));
    }
    const unknown = (await database.query<{ name: string }>(readTables)).filter(
      ({ name }) => !(name in counts) && !tables.includes(name),
    );
    if (unknown.length > 0) faults.push(`No projection fills ${unknown.map(({ name }) => name).join(', ')}`);
    if (faults.length > 0) throw new Error(`Read models are not the fold of their events:\n${faults.join('\n')}`);
    return counts;
  } finally {
    await application.close();
  }
}

async function folded(projection: Projection<object>, events: readonly DomainEvent[], { dataSource }: Database) {
  const metadata = dataSource.getMetadata(projectionTarget(projection.constructor).entity);
  const byKey = new Map<string, object | undefined>();
  for (const event of events) {
    if (!projection.handles(event)) continue;
    for (const key of projection.keysOf(event)) byKey.set(key, projection.evolve(byKey.get(key), event, key));
  }
  const rows = [...byKey.values()]
    .filter((row) => row !== undefined)
    .map((row) =>
      Object.fromEntries(
        metadata.columns.map(({ propertyName, databaseName }) => [databaseName, (row as Row)[propertyName] ?? null]),
      ),
    );
  return { table: metadata.tableName, rows };
}

/** Both sides have the types of the table's columns, so that only values count: json has no equality, but jsonb has. */
async function differences(
  table: string,
  rows: readonly Row[],
  database: Database,
  strange: ReadonlySet<string>,
): Promise<string[]> {
  const comparison = statement(`
    with fold as (select to_jsonb(one) as row from jsonb_populate_recordset(null::read."${table}", $1::jsonb) one),
      actual as (
        select to_jsonb(one) as row from read."${table}" one where not coalesce(to_jsonb(one)->>'id' = any($2::text[]), false))
    select 'the log says' as side, row from (select * from fold except select * from actual) expected
    union all
    select 'the table says', row from (select * from actual except select * from fold) unexpected
    order by row, side limit ${LISTED * 2}`);
  const wrong = await database.query<{ side: string; row: Row }>(comparison, [
    JSON.stringify(rows.filter(({ id }) => typeof id !== 'string' || !strange.has(id))),
    [...strange],
  ]);
  return wrong.map(({ side, row }) => `${table}: ${side} ${JSON.stringify(row)}`);
}
