import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Database } from '../../src/database/database.js';
import { sql, statement } from '../../src/database/sql.js';
import { DurableEventBus } from '../../src/event-sourcing/buses/durable-event-bus.js';
import type { DomainEvent } from '../../src/event-sourcing/index.js';
import type { Projection } from '../../src/event-sourcing/projections/projection.js';
import { projectionTarget } from '../../src/event-sourcing/projections/projects.js';
import { FeatureRegistry } from '../../src/event-sourcing/feature-registry.js';
import { Log } from '../../src/event-sourcing/tail/log.js';
import { LoggedEvent } from '../../src/event-sourcing/tail/logged-event.js';
import { Config } from '../../src/operations/config.js';

type Row = Readonly<Record<string, unknown>>;

const readTables = sql`
  select table_name as name from information_schema.tables where table_schema = 'read' and table_type = 'BASE TABLE' order by 1`;

const strangeStreams = sql`select distinct stream_id as id from write.events where type = any($1::text[])`;

const headOfLog = sql`select coalesce(max(position), 0) as position from write.events`;

const LISTED = 5;

/** What only another build can read: its events, and the tables that it fills. Rows of streams with such events are not compared. */
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
    const events = await allEvents(
      application.get(Log, { strict: false }),
      application.get(FeatureRegistry, { strict: false }),
      types,
      (await database.query<{ position: number }>(headOfLog))[0]!.position,
    );
    const strange = new Set((await database.query<{ id: string }>(strangeStreams, [types])).map(({ id }) => id));
    const counts: Record<string, number> = {};
    const faults: string[] = [];
    for (const projection of application.get(DurableEventBus, { strict: false }).projections) {
      const { table, rows } = await folded(projection, events, database);
      counts[table] = rows.length;
      faults.push(...(await differences(table, rows, database, strange)));
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

async function allEvents(
  log: Log,
  { catalogue }: FeatureRegistry,
  ofAnotherBuild: readonly string[],
  head: number,
): Promise<DomainEvent[]> {
  const types = [...catalogue.all()].map(({ name }) => name).filter((name) => !ofAnotherBuild.includes(name));
  const events: DomainEvent[] = [];
  for (let after = 0; after < head;) {
    const { rows, upTo } = await log.read(after, head, types, { rows: 10_000, bytes: 100_000_000 });
    const whole = await Promise.all(
      rows.map(async (row) => (row.data === undefined ? (await log.at([row.position]))[0]! : row)),
    );
    events.push(...whole.map((row) => new LoggedEvent(row, catalogue).revive()));
    after = upTo;
  }
  return events;
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
  strange: ReadonlySet<unknown>,
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
    JSON.stringify(rows.filter(({ id }) => !strange.has(id))),
    [...strange],
  ]);
  return wrong.map(({ side, row }) => `${table}: ${side} ${JSON.stringify(row)}`);
}
