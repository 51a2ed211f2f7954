import { setTimeout as pause } from 'node:timers/promises';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** `TURNS=2000000` for a week's. */
const TURNS = Number(process.env['TURNS'] ?? 30_000);
/** A promise that is raced again and again with one that lives on keeps some 300 bytes of each turn. */
const BYTES_PER_TURN = 40;

describe('a process that has nothing to do', () => {
  let database: TestDatabase;
  const processes = new Processes(() => database.url);

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await processes.end();
    await database.drop();
  });

  const heapOf = async (api: RealProcess) => {
    const said = () => [...api.stdout.matchAll(/After (\d+) turns (\d+) bytes are left/g)];
    const before = said().length;
    process.kill(api.pid, 'SIGUSR2');
    await until(() => said().length > before);
    const [, turns, bytes] = said().at(-1)!.map(Number);
    return { turns: turns!, bytes: bytes! };
  };

  it(
    'keeps nothing of its turns',
    async () => {
      const api = await processes.start({}, { flags: ['--expose-gc', '--import', './test/support/preload/hurry.mjs'] });
      await until(() => isReady(api));
      const after = async (turns: number) => {
        for (;;) {
          await pause(2000);
          const heap = await heapOf(api);
          if (heap.turns >= turns) return heap;
        }
      };
      // What is made once is made by then.
      const first = await after(TURNS / 10);
      const last = await after(first.turns + TURNS);
      const turns = last.turns - first.turns;
      console.log(`${((last.bytes - first.bytes) / turns).toFixed(1)} bytes were kept of each of ${turns} turns`);
      expect(last.bytes - first.bytes).toBeLessThan(BYTES_PER_TURN * turns);
      await until(() => isReady(api));
    },
    60_000 + TURNS * 20,
  );
});
