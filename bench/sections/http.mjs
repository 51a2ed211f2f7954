// The API and the CRUD peer over HTTP in turn, at 32 connections.
import { anamnesisTarget, crudTarget, openForBookings } from '../http/targets.mjs';
import { wrk } from '../http/wrk.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { n0, n2 } from '../lib/measure.mjs';
import { run } from '../lib/postgres.mjs';
import { profiledChild, profiles } from '../lib/profile.mjs';
import { atLeast, atMost } from '../lib/report.mjs';
import { headers, rounds } from '../lib/rounds.mjs';
import { statementsOf } from '../lib/statements.mjs';

const SIZES = options.short ? [1_000] : [1_000, 200_000];
/** Reads first: the others add to what is there. */
const ALL = { get: '1.30', search: '1.60', update: '0.90', book: '0.90', create: '1.00' };
const only = process.env.BENCH_OPS?.split(',');
const OPERATIONS = Object.fromEntries(Object.entries(ALL).filter(([op]) => only?.includes(op) ?? true));
const NAMES = {
  get: 'GET patient',
  search: 'search by name',
  update: 'PUT demographics',
  book: 'POST appointment',
  create: 'POST patient',
};
/** An update expects version 1, and each patient has that once: of 1,000 they would all be gone in a second. */
const ENOUGH_TO_UPDATE = 50_000;

export async function measure() {
  const rows = [];
  const targets = [];
  const notes = [];
  const searches = [];
  for (const size of SIZES) {
    const servers = {
      crud: await crudTarget(size),
      anamnesis: await anamnesisTarget(size, { profile: profiles('http') }),
    };
    await openForBookings(servers.anamnesis);
    notes.push(`${n0(size)} patients were projected in ${n2(servers.anamnesis.projectedIn)} s, boot included.`);
    for (const [op, promised] of Object.entries(OPERATIONS)) {
      if (op === 'update' && size < ENOUGH_TO_UPDATE) continue;
      for (const server of Object.values(servers)) {
        await wrk(server, op, options.short ? 1 : 2);
        // what autovacuum does within a minute: plans that were made for empty tables are made anew
        await run(server.url, 'analyze');
      }
      const compared = await rounds(`${op} at ${n0(size)}`, Object.keys(servers), async (name) => {
        const server = servers[name];
        await server.before(op);
        const work = () => wrk(server, op, SECONDS);
        if (name !== 'anamnesis') return work();
        return statementsOf('http', server.url, `${op} at ${size}`, () =>
          profiledChild(server.child, 'http', `http-${op}-${size}`, work),
        );
      });
      for (const name of Object.keys(servers)) rows.push([n0(size), op, name, ...compared.cells(name, 'crud')]);
      if (op === 'search') searches.push(compared.median('anamnesis', (r) => r.p50));
      if (size === SIZES.at(-1)) {
        targets.push(
          atLeast(
            `${NAMES[op]}, ${n0(size)} patients: of the CRUD peer`,
            compared.ratio('anamnesis', 'crud'),
            promised,
          ),
        );
      }
    }
    for (const server of Object.values(servers)) await server.stop();
  }
  if (searches.length > 1) {
    targets.push(
      atMost(
        `search p50 from ${n0(SIZES[0])} to ${n0(SIZES.at(-1))} patients`,
        searches.at(-1) / searches[0],
        1.5,
        ' ×',
      ),
    );
  }
  return {
    title: 'HTTP',
    how: 'wrk with 32 connections against one server process. Both servers are Nest on Fastify with a pool of 20; the CRUD peer writes and reads its tables through TypeORM and knows no users; ours checks the token and the role, appends, and runs its projections and sagas in the same process. A patient created is the same person in both; a search gives the first 20 of a name prefix. A checkpoint comes first, so that files of the write-ahead log are used again, as on a server that has run for longer.',
    tables: [{ headers: ['patients', 'request', 'server', ...headers('crud')], rows }],
    targets,
    notes,
  };
}
