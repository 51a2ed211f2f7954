import pg from 'pg';
import { types } from '../../src/database/types.js';
import type { Ledger, Sent } from './ledger.js';
import { type OfAnotherBuild, readModelsEqualTheirFold } from './read-models.js';
import { until } from './until.js';

type Row = Readonly<Record<string, unknown>>;

/** Each finds what contradicts a promise of the engine: rows are faults. `$1` is what was acknowledged, `$2` what was refused. */
const OF_THE_LOG = {
  'an acknowledged command is in the log, at the version and the position of its answer': `
    select told.* from jsonb_to_recordset($1) told (key text, what text, id uuid, version int, position bigint)
    left join write.events on stream_id = id and stream_version = version
      and metadata->>'correlationId' = key and not metadata ? 'causationId'
    left join (
      select metadata->>'correlationId' as key, max(position) as position from write.events
      where not metadata ? 'causationId' group by 1) last using (key)
    where event_id is null or last.position is distinct from told.position`,
  'a refused command is not in the log': `
    select told.*, type from jsonb_to_recordset($2) told (key text, what text, status int, code text)
    join write.events on metadata->>'correlationId' = key and not metadata ? 'causationId'`,
  'no command took effect twice, however often it was sent': `
    select metadata->>'correlationId' as key, count(distinct recorded_at) from write.events
    where not metadata ? 'causationId' group by 1 having count(distinct recorded_at) > 1`,
  'nothing is in the log that no client sent': `
    select distinct metadata->>'correlationId' as key, type from write.events
    left join (
      select key from jsonb_to_recordset($1) told (key text) union all select key from jsonb_to_recordset($2) told (key text)) sent
      on sent.key = metadata->>'correlationId'
    where not metadata ? 'causationId' and sent.key is null`,
  'streams have no gap, and are as long as they say': `
    select stream_id, streams.version, found.* from write.streams
    full join (
      select stream_id, count(*) as events, min(stream_version) as first, max(stream_version) as last
      from write.events group by stream_id) found using (stream_id)
    where found.events is distinct from streams.version or first <> 1 or last <> streams.version`,
  'events of a stream have growing positions': `
    select stream_id, stream_version from (
      select *, lag(position) over (partition by stream_id order by stream_version) as before from write.events) ordered
    where before >= position`,
  'no new position will be one that was given': `
    select max(position), (select last_value from write.event_position) from write.events
    having max(position) > (select last_value from write.event_position)`,
  'no event is set aside': `select * from write.dead_letters`,
  'every command of a saga is done, or was withdrawn with its timer': `
    select * from write.pending_commands where status not in ('done', 'cancelled')`,
  'a command of a saga took effect once': `
    select causation, effects, commands from (
      select metadata->>'causationId' as causation, count(distinct recorded_at) as effects from write.events
      where metadata ? 'causationId' group by 1) found
    left join (
      select event_id::text as causation, count(*) as commands from write.pending_commands where status = 'done' group by 1) done
    using (causation)
    where effects > coalesce(commands, 0)`,
};

/** The same for what the modules promise. */
const OF_THE_MODULES = {
  'no time of a resource is taken twice': `
    select a.resource_id, a.during, b.during as other from write.resource_allocations a
    join write.resource_allocations b on a.resource_id = b.resource_id and a.lane = b.lane and a.during && b.during and a.ctid < b.ctid`,
  'time is taken for exactly the appointments that need it': `
    select id, status, appointment_id from read.appointment_summary
    full join (select distinct appointment_id from write.resource_allocations) taken on appointment_id = id
    where (appointment_id is not null) is distinct from (status in ('booked', 'checked-in', 'fulfilled'))`,
  'every hold ended once': `
    select held.stream_id, count(ended.type) from write.events held
    left join write.events ended on ended.stream_id = held.stream_id
      and ended.type in ('appointments.hold-released', 'appointments.hold-expired', 'appointments.appointment-booked')
    where held.type = 'appointments.slot-held' group by 1 having count(ended.type) <> 1`,
  'a checked-in appointment has one encounter, and every encounter its appointment': `
    select came.stream_id, started.stream_id as encounter from
      (select stream_id from write.events where type = 'appointments.patient-checked-in') came
    full join (
      select stream_id, (data->>'appointmentId')::uuid as appointment from write.events
      where type = 'records.encounter-started') started on appointment = came.stream_id
    where appointment is null or came.stream_id is null`,
  'an appointment is fulfilled exactly when its encounter is finished': `
    select finished.appointment, fulfilled.stream_id from
      (select (data->>'appointmentId')::uuid as appointment from write.events where type = 'records.encounter-finished') finished
    full join (select stream_id from write.events where type = 'appointments.appointment-fulfilled') fulfilled
      on appointment = fulfilled.stream_id
    where appointment is null or fulfilled.stream_id is null`,
  'who died has no appointment to come': `
    select appointment.id, status from read.appointment_summary appointment join read.patient_summary patient on patient.id = patient_id
    where document ->> 'deceasedAt' is not null and status = 'booked'`,
};

const SETTLED = `
  select not exists (select from write.pending_commands where status = 'pending')
    and not exists (select from write.subscriptions where position < (select coalesce(max(position), 0) from write.events)) as settled`;

/** Waits until every subscription has seen every event, and no command or timer is left. Asks the database, not a process. */
export async function untilSettled(databaseUrl: string, timeoutMs = 60_000): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await until(async () => (await client.query<{ settled: boolean }>(SETTLED)).rows[0]?.settled === true, timeoutMs);
  });
}

/** What contradicts a promise in a database that is settled: a line each, none where all of them hold. */
export async function contradictions(
  databaseUrl: string,
  { acknowledged, refused }: Readonly<Record<'acknowledged' | 'refused', readonly Sent[]>>,
): Promise<string[]> {
  const wrong: string[] = [];
  await withClient(databaseUrl, async (client) => {
    const told = [JSON.stringify(acknowledged), JSON.stringify(refused)];
    for (const [promise, contradictions] of Object.entries({ ...OF_THE_LOG, ...OF_THE_MODULES })) {
      const { rows } = await client.query<Row>(
        `with told (acknowledged, refused) as (values ($1::jsonb, $2::jsonb)), contradictions as (${contradictions})
         select contradictions.* from contradictions limit 5`,
        told,
      );
      wrong.push(...rows.map((row) => `Not so: ${promise}: ${JSON.stringify(row)}`));
    }
  });
  return wrong;
}

/** Waits until all is settled. @returns what was found, so that a suite can see that something was proven. @throws Error with every contradiction. */
export async function promisesHold(
  databaseUrl: string,
  ledger: Pick<Ledger, 'acknowledged' | 'refused' | 'faults'>,
  ofAnotherBuild?: OfAnotherBuild,
): Promise<Found> {
  await untilSettled(databaseUrl);
  const wrong = [...ledger.faults, ...(await contradictions(databaseUrl, ledger))];
  const events = await withClient(databaseUrl, async (client) => {
    const counted = await client.query<{ type: string; count: number }>(
      `select type, count(*) from write.events group by type`,
    );
    return Object.fromEntries(counted.rows.map(({ type, count }) => [type, count]));
  });
  const rows = await readModelsEqualTheirFold(databaseUrl, ofAnotherBuild).catch((error: unknown) => {
    wrong.push(error instanceof Error ? error.message : String(error));
    return {};
  });
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return { events, rows };
}

export interface Found {
  /** Events by type. */
  readonly events: Readonly<Record<string, number>>;
  /** Rows by read table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Of each resource one time whose hold expired and that nobody has taken since. */
export async function freedTimes(databaseUrl: string): Promise<{ resourceId: string; start: string }[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ resourceId: string; start: string }>(`
      select "resourceId", min(start) as start from (
        select stream_id, resource->>'id' as "resourceId", data#>>'{time,start}' as start, data#>>'{time,end}' as "end"
        from write.events, jsonb_array_elements(data->'resources') resource where type = 'appointments.slot-held') held
      where exists (
          select from write.events ended where ended.stream_id = held.stream_id and type = 'appointments.hold-expired')
        and not exists (
          select from write.resource_allocations
          where resource_id = "resourceId"::uuid and during && tstzrange(start::timestamptz, "end"::timestamptz))
      group by 1`);
    return rows;
  });
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, types });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
