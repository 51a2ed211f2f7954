// Eventide's message-db 1.3: SQL functions installed from the npm package; called through `pg`, prepared.
import pg from 'pg';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { eventData, eventMeta } from './workload.mjs';

const base = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@eventide/message-db/package.json')),
  'database',
);
const files = [
  'roles/message-store',
  'schema/message-store',
  'tables/messages',
  'types/message',
  ...[
    'message-store-version',
    'hash-64',
    'acquire-lock',
    'category',
    'is-category',
    'id',
    'cardinal-id',
    'stream-version',
    'write-message',
    'get-stream-messages',
    'get-category-messages',
    'get-last-stream-message',
  ].map((f) => `functions/${f}`),
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
];

export async function install(client) {
  await client.query('set search_path = message_store, public');
  for (const f of files) {
    await client.query(readFileSync(path.join(base, `${f}.sql`), 'utf8')).catch((e) => {
      // the role belongs to the cluster and may be there already; an index script drops before it creates
      if (!f.startsWith('roles/')) throw e;
    });
  }
  const {
    rows: [{ db }],
  } = await client.query('select current_database() db');
  await client.query(`alter database "${db}" set search_path = message_store, public`);
}

/** `categories`: message-db takes one advisory lock per category for the whole write. */
export async function open({ url, clients, batch = 1, categories = 1 }) {
  if (batch !== 1) throw new Error('message-db writes one message a call');
  const pool = new pg.Pool({ connectionString: url, max: clients, min: clients });
  const categoryOf = (id) => (categories === 1 ? 'patient' : `patient${parseInt(id.slice(0, 4), 16) % categories}`);
  return {
    async append(id, expected, k) {
      await pool.query({
        name: 'write',
        text: 'select write_message($1::varchar, $2::varchar, $3::varchar, $4::jsonb, $5::jsonb, $6::bigint)',
        values: [
          randomUUID(),
          `${categoryOf(id)}-${id}`,
          'PatientRegistered',
          JSON.stringify(eventData(k)),
          JSON.stringify(eventMeta()),
          expected - 1,
        ],
      });
    },
    async read(id) {
      const { rows } = await pool.query({
        name: 'get',
        text: 'select * from get_stream_messages($1::varchar, 0, 1000)',
        values: [`${categoryOf(id)}-${id}`],
      });
      for (const r of rows) {
        r.data = JSON.parse(r.data);
        r.metadata = JSON.parse(r.metadata);
      }
      return rows.length;
    },
    close: () => pool.end(),
  };
}

export async function fill({ url, count, length }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ids = [];
  for (let s = 0; s < count; s++) {
    const id = randomUUID();
    await client.query(
      `select write_message(gen_random_uuid()::varchar, $1::varchar, 'PatientRegistered', $2::jsonb, $3::jsonb, n - 1)
       from generate_series(0, $4::int - 1) n`,
      [`patient-${id}`, JSON.stringify(eventData(s)), JSON.stringify(eventMeta()), length],
    );
    ids.push(id);
  }
  await client.end();
  return ids;
}

export const projectionSchema = `
create table public.read_patients (id text primary key, given_name text, family_name text, city text, events int not null, updated_at timestamptz not null);
create table public.checkpoints (name text primary key, position bigint not null);
insert into public.checkpoints values ('patients', 0);
`;

/** message-db has no projection of its own: its category read, and the raw peer's write. */
export async function project({ url, batch = 500, until, deadline = Infinity }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let position = 0;
  let seen = 0;
  let batches = 0;
  const t0 = performance.now();
  while (seen < until && performance.now() - t0 < deadline) {
    const { rows } = await client.query({
      name: 'tail',
      text: `select * from get_category_messages('patient', $1::bigint, $2::bigint)`,
      values: [position + 1, batch],
    });
    if (rows.length === 0) break;
    const touched = new Map();
    for (const e of rows) {
      const data = JSON.parse(e.data);
      const row = touched.get(e.stream_name) ?? { n: 0 };
      row.n++;
      row.given = data.givenName;
      row.family = data.familyName;
      row.city = data.address.city;
      row.at = e.time;
      touched.set(e.stream_name, row);
    }
    position = Number(rows[rows.length - 1].global_position);
    const values = [...touched.values()];
    await client.query({
      name: 'apply',
      text: `with c as (update checkpoints set position = $7 where name = 'patients')
        insert into read_patients as p (id, given_name, family_name, city, events, updated_at)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
        on conflict (id) do update set given_name = excluded.given_name, family_name = excluded.family_name,
          city = excluded.city, events = p.events + excluded.events, updated_at = excluded.updated_at`,
      values: [
        [...touched.keys()],
        values.map((v) => v.given),
        values.map((v) => v.family),
        values.map((v) => v.city),
        values.map((v) => v.n),
        values.map((v) => v.at),
        position,
      ],
    });
    seen += rows.length;
    batches++;
  }
  const seconds = (performance.now() - t0) / 1000;
  await client.end();
  return { events: seen, batches, seconds };
}
