// The physical limit: the tightest SQL this harness knows for an append-only store with optimistic
// concurrency and a gap-free global order. One prepared statement, one round trip, one commit.
import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { eventData, eventMeta } from './workload.mjs';

export const schema = `
create table streams (
  id uuid primary key,
  version int not null
) with (fillfactor = 80);
create sequence event_position cache 1;
create table events (
  stream_id uuid not null,
  version int not null,
  position bigint not null default nextval('event_position'),
  tx xid8 not null default pg_current_xact_id(),
  id uuid not null,
  type text not null,
  data jsonb not null,
  meta jsonb not null,
  created_at timestamptz not null default now(),
  primary key (stream_id, version)
);
create unique index events_global on events (tx, position);
`;

const columns = 'stream_id, version, id, type, data, meta';
const sql = {
  create1: `with s as (insert into streams values ($1::uuid, 1) on conflict do nothing returning version)
    insert into events (${columns}) select $1::uuid, 1, $2::uuid, $3, $4::jsonb, $5::jsonb from s returning position`,
  bump1: `with s as (update streams set version = version + 1 where id = $1::uuid and version = $6::int returning version)
    insert into events (${columns}) select $1::uuid, s.version, $2::uuid, $3, $4::jsonb, $5::jsonb from s returning position`,
  createN: `with s as (insert into streams values ($1::uuid, cardinality($2::uuid[])) on conflict do nothing returning version)
    insert into events (${columns}) select $1::uuid, e.n::int, e.id, e.type, e.data::jsonb, e.meta::jsonb
    from s, unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality e(id, type, data, meta, n) returning position`,
  bumpN: `with s as (update streams set version = version + cardinality($2::uuid[]) where id = $1::uuid and version = $6::int returning version)
    insert into events (${columns}) select $1::uuid, $6::int + e.n::int, e.id, e.type, e.data::jsonb, e.meta::jsonb
    from s, unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality e(id, type, data, meta, n) returning position`,
};

const TYPE = 'PatientRegistered';

export async function open({ url, clients, batch = 1 }) {
  const pool = new pg.Pool({ connectionString: url, max: clients, min: clients });
  const call = (name, values) => pool.query({ name, text: sql[name], values });
  return {
    async append(id, expected, k) {
      const base = expected * batch;
      let result;
      if (batch === 1) {
        const values = [id, randomUUID(), TYPE, JSON.stringify(eventData(k)), JSON.stringify(eventMeta())];
        result = expected === 0 ? await call('create1', values) : await call('bump1', [...values, base]);
      } else {
        const each = (f) => Array.from({ length: batch }, (_, i) => f(k * batch + i));
        const values = [
          id,
          each(() => randomUUID()),
          each(() => TYPE),
          each((i) => JSON.stringify(eventData(i))),
          each(() => JSON.stringify(eventMeta())),
        ];
        result = expected === 0 ? await call('createN', values) : await call('bumpN', [...values, base]);
      }
      if (result.rowCount !== batch) throw new Error('concurrency conflict');
    },
    async read(id) {
      const { rows } = await pool.query({
        name: 'read',
        rowMode: 'array',
        text: 'select version, type, data from events where stream_id = $1 order by version',
        values: [id],
      });
      return rows.length;
    },
    close: () => pool.end(),
  };
}

export const install = (client) => client.query(schema);

/** `count` streams of `length` events. */
export async function fill({ url, count, length }) {
  const store = await open({ url, clients: 2, batch: Math.min(length, 100) });
  const ids = [];
  const rounds = length / Math.min(length, 100);
  for (let s = 0; s < count; s++) {
    const id = randomUUID();
    for (let r = 0; r < rounds; r++) await store.append(id, r, s);
    ids.push(id);
  }
  await store.close();
  return ids;
}

/**
 * Projection: 500 events in global order, folded in Node, one UPSERT of all touched rows and the checkpoint
 * in one statement (hence one transaction). The order (tx, position) with tx below the oldest running
 * transaction skips no event, whatever commits late.
 */
export const projectionSchema = `
create table read_patients (id uuid primary key, given_name text, family_name text, city text, events int not null, updated_at timestamptz not null);
create table checkpoints (name text primary key, tx xid8 not null, position bigint not null);
insert into checkpoints values ('patients', '0', 0);
`;

export async function project({ url, batch = 500, until, deadline = Infinity }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const {
    rows: [at],
  } = await client.query(`select tx::text, position from checkpoints where name = 'patients'`);
  let seen = 0;
  let batches = 0;
  const t0 = performance.now();
  while (seen < until && performance.now() - t0 < deadline) {
    const { rows } = await client.query({
      name: 'tail',
      // not "tx::text as tx": ORDER BY tx would then mean the text, with another order and without the index
      text: `select e.tx::text as tx_text, e.position, e.stream_id, e.type, e.data, e.created_at from events e
        where (e.tx, e.position) > ($1::xid8, $2::bigint) and e.tx < pg_snapshot_xmin(pg_current_snapshot())
        order by e.tx, e.position limit $3`,
      values: [at.tx, at.position, batch],
    });
    if (rows.length === 0) break;
    const touched = new Map();
    for (const e of rows) {
      const row = touched.get(e.stream_id) ?? { n: 0 };
      row.n++;
      row.given = e.data.givenName;
      row.family = e.data.familyName;
      row.city = e.data.address.city;
      row.at = e.created_at;
      touched.set(e.stream_id, row);
    }
    const last = rows[rows.length - 1];
    const values = [...touched.values()];
    await client.query({
      name: 'apply',
      text: `with c as (update checkpoints set tx = $7::xid8, position = $8 where name = 'patients')
        insert into read_patients as p (id, given_name, family_name, city, events, updated_at)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
        on conflict (id) do update set given_name = excluded.given_name, family_name = excluded.family_name,
          city = excluded.city, events = p.events + excluded.events, updated_at = excluded.updated_at`,
      values: [
        [...touched.keys()],
        values.map((v) => v.given),
        values.map((v) => v.family),
        values.map((v) => v.city),
        values.map((v) => v.n),
        values.map((v) => v.at),
        last.tx_text,
        last.position,
      ],
    });
    at.tx = last.tx_text;
    at.position = last.position;
    seen += rows.length;
    batches++;
  }
  const seconds = (performance.now() - t0) / 1000;
  await client.end();
  return { events: seen, batches, seconds };
}
