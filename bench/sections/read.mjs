// Loading a stream of 100 events.
import { databaseNameOf, LIMIT, stores } from '../event-store/stores.mjs';
import { options, SECONDS } from '../lib/config.mjs';
import { closedLoop } from '../lib/measure.mjs';
import { freshDatabase, run } from '../lib/postgres.mjs';
import { profiled } from '../lib/profile.mjs';
import { atLeast } from '../lib/report.mjs';
import { headers, rounds } from '../lib/rounds.mjs';

const STREAMS = options.short ? 50 : 300;
const EVENTS = 100;
const CLIENTS = [1, 8];

export async function measure() {
  const url = {};
  const ids = {};
  for (const [name, store] of Object.entries(stores)) {
    url[name] = await freshDatabase(databaseNameOf('read', name), store.install);
    ids[name] = await store.fill({ url: url[name], count: STREAMS, length: EVENTS });
    await run(url[name], 'vacuum analyze');
  }

  const measureOnce = async (name, clients) => {
    const store = await stores[name].open({ url: url[name], clients });
    const work = () =>
      closedLoop({
        clients,
        seconds: SECONDS,
        op: async () => {
          const got = await store.read(ids[name][Math.floor(Math.random() * STREAMS)]);
          if (got !== EVENTS) throw new Error(`read ${got} events`);
        },
      });
    try {
      return name === 'anamnesis' ? await profiled('read', `read-${clients}`, work) : await work();
    } finally {
      await store.close();
    }
  };

  const rows = [];
  const targets = [];
  for (const clients of CLIENTS) {
    const what = `load of 100 events, ${clients} client${clients > 1 ? 's' : ''}`;
    const compared = await rounds(what, Object.keys(stores), (name) => measureOnce(name, clients));
    for (const name of Object.keys(stores)) rows.push([clients, name, ...compared.cells(name, LIMIT)]);
    targets.push(atLeast(`${what}: of the raw read`, compared.ratio('anamnesis', LIMIT), '0.85'));
  }
  return {
    title: 'Load',
    how: `A random one of ${STREAMS} streams of ${EVENTS} events. Raw SQL reads version, type and data into arrays and does nothing with them; anamnesis makes each an event of its class and folds it into an aggregate; the others give their recorded events.`,
    tables: [{ headers: ['clients', 'store', ...headers(LIMIT)], rows }],
    targets,
  };
}
