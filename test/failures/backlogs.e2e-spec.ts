import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Observer } from '../support/observer.js';
import { appendPanels, type Panels } from '../support/panels.js';
import { Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

interface PackageJson {
  readonly config: { readonly heap: string };
}

/** As `npm start` bounds the heap. */
const HEAP = (JSON.parse(readFileSync('package.json', 'utf8')) as PackageJson).config.heap.split(' ');
/** Longest text of a value, and most values of a panel, that the API takes: 818 kB. */
const LONGEST_TEXT = 4000;
const MOST_VALUES = 200;
/** `FULL=true` for the numbers that killed a process in the trials. */
const full = process.env['FULL'] === 'true';

const BACKLOGS: readonly (Panels & { readonly what: string })[] = [
  { what: 'panels of 12 values', count: 3000, values: 12 },
  { what: 'panels of 30 values', count: full ? 3000 : 1000, values: 30 },
  {
    what: 'the largest panels that are allowed',
    count: full ? 344 : 60,
    values: MOST_VALUES,
    textLength: LONGEST_TEXT,
  },
];

describe('in the heap of `npm start`', () => {
  let database: TestDatabase;
  let observer: Observer;
  const processes = new Processes(() => database.url);

  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await processes.end();
    await observer.close();
    await database.drop();
  });

  const start = () => processes.start({}, { flags: HEAP });
  /** Sum of what all subscriptions have behind them. */
  const progress = () => observer.value<number>('select sum(position)::bigint from write.subscriptions');
  const mostMemory = ({ pid }: RealProcess) =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  /** Milliseconds from a registration to its being read by its token, of which none may be refused. */
  const visible: number[] = [];
  const writeAndRead = async (api: RealProcess, working: { readonly over: boolean }) => {
    const desk = new Desk(api.client('receptionist'));
    while (!working.over) {
      const since = Date.now();
      await desk.registersAndReads();
      visible.push(Date.now() - since);
      await pause(50);
    }
  };
  const report = (what: string, api: RealProcess) => {
    const sorted = visible.splice(0).sort((a, b) => a - b);
    const p95 = sorted[Math.floor(sorted.length * 0.95)];
    console.log(
      `${what}: ${sorted.length} writes were visible after ${p95} ms (p95); at most ${Math.round(mostMemory(api))} MB resident`,
    );
  };

  it.each(BACKLOGS)(
    'a backlog of $count events, $what, is caught up with, however often the process is killed meanwhile',
    async ({ what, count, values, textLength = 0 }) => {
      const first = await start();
      const desk = new Desk(first.client('receptionist'));
      const patients = await Promise.all(Array.from({ length: 20 }, () => desk.registersAndReads()));
      await first.stop();
      await appendPanels(
        observer,
        patients.map(({ id }) => id),
        { count, values, textLength },
      );
      const head = await observer.head();
      const api = await start();
      const caughtUp = async () => (await observer.behind(head)).length === 0;
      for (let kills = 0; kills < 2 && !(await caughtUp()); kills++) {
        const before = await progress();
        await until(async () => (await progress()) > before, 20_000);
        await pause(500);
        await api.restart();
      }

      const working = { over: false };
      const others = writeAndRead(api, working);
      try {
        await until(caughtUp, full ? 300_000 : 60_000);
      } finally {
        working.over = true;
        await others;
      }
      report(what, api);
      expect(api.stderr).toBe('');
      await until(() => isReady(api));
      expect(await observer.setAside()).toEqual([]);
      const rows = await observer.rows(
        `select (select count(*)::int from read.observation_panels) as panels, (select count(*)::int from read.observation_series) as values`,
      );
      expect(rows).toEqual([{ panels: count, values: count * values }]);
    },
    full ? 600_000 : 150_000,
  );

  it(
    'the largest panels that are allowed are recorded one after the other, and others are served meanwhile',
    async () => {
      const count = full ? 400 : 180;
      const api = await start();
      await until(() => isReady(api));
      const { id } = await new Desk(api.client('receptionist')).registersAndReads();
      const practitioner = api.client('practitioner');
      const observation = {
        code: { system: 'http://loinc.org', code: '8251-1', display: 'Note' },
        value: { string: 'x'.repeat(LONGEST_TEXT) },
      };
      const panel = { effectiveAt: '2026-01-05T08:00:00Z', observations: Array(MOST_VALUES).fill(observation) };

      const working = { over: false };
      const others = writeAndRead(api, working);
      let left = count;
      const record = async () => {
        while (left-- > 0) {
          const { status, body } = await practitioner.post(`/v1/patients/${id}/observations`, panel);
          expect([status, body.code]).toEqual([201, undefined]);
        }
      };
      try {
        await Promise.all([record(), record(), record(), record()]);
        const head = await observer.head();
        await until(async () => (await observer.behind(head)).length === 0, full ? 300_000 : 60_000);
      } finally {
        working.over = true;
        await others;
      }
      report('Live posts', api);
      expect(api.stderr).toBe('');
      expect(await observer.setAside()).toEqual([]);
      expect(await observer.value('select count(*)::int from read.observation_panels')).toBe(count);
    },
    full ? 600_000 : 150_000,
  );
});
