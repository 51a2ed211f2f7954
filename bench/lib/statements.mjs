// Where PostgreSQL's time goes: pg_stat_statements, with the statements inside of functions, while a section is profiled.
import { profiles } from './profile.mjs';
import { run } from './postgres.mjs';

const TOP = 20;

/** Runs `work`, and prints the statements that took the most time in that database. */
export async function statementsOf(section, url, name, work) {
  if (!profiles(section)) return work();
  await run(url, 'create extension if not exists pg_stat_statements');
  await run(url, 'select pg_stat_statements_reset()');
  const result = await work();
  const { rows } = await run(
    url,
    `select round(total_exec_time)::int as ms, calls::int, round((1000 * mean_exec_time)::numeric)::int as us, rows::int, toplevel,
       left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as query
     from pg_stat_statements s join pg_database d on d.oid = s.dbid
     where d.datname = current_database() order by total_exec_time desc limit $1`,
    [TOP],
  );
  console.error(`\n${name}: milliseconds in PostgreSQL (calls, µs each, rows; > inside of a function)`);
  for (const { ms, calls, us, rows: count, toplevel, query } of rows) {
    console.error(
      `${String(ms).padStart(7)}  ${String(calls).padStart(7)} × ${String(us).padStart(6)}  ${String(count).padStart(7)}  ${toplevel ? ' ' : '>'} ${query}`,
    );
  }
  return result;
}
