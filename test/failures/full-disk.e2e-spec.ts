import { setTimeout as pause } from 'node:timers/promises';
import { Ledger } from '../support/ledger.js';
import { Observer } from '../support/observer.js';
import { demographics } from '../support/patients.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { isReady, Processes, readyOf } from '../support/processes.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { SmallDisk } from '../support/small-disk.js';
import { administer } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 15_000;
const USERS = 3;
const disk = SmallDisk.mount(160);
if (!disk) process.stderr.write('NOT RUN: the full disk, as this user may not mount a small file system\n');

(disk ? describe : describe.skip)('a disk that is full for a while', () => {
  let server: TestPostgres;
  let ledger: Ledger | undefined;
  const processes = new Processes(() => server.url('anamnesis'));

  beforeAll(async () => {
    // Small segments of its log, so that none that is there already takes all that is written meanwhile.
    server = await startPostgres({
      label: 'small',
      within: disk!.folder,
      flags: ['--wal-segsize=1'],
      settings: { min_wal_size: '2MB', max_wal_size: '8MB', wal_recycle: 'off', wal_init_zero: 'on' },
    });
    await administer(server.url(), 'create database anamnesis');
  }, 60_000);
  afterAll(async () => {
    ledger?.close();
    await processes.end();
    await server?.remove();
    disk?.unmount();
  });

  it('is answered with 503, makes the process unready, and loses nothing', async () => {
    const api = await processes.start();
    await until(() => isReady(api));
    const observer = await Observer.on(server.url('anamnesis'));
    const book = (ledger = new Ledger([api], new Random(1)));
    const working = { over: false };
    const work = Promise.all(
      Array.from({ length: USERS }, async () => {
        while (!working.over && book.goesOn) {
          await book.command('receptionist', 'POST', '/v1/patients', demographics());
          await pause(10);
        }
      }),
    );
    await until(() => book.acknowledged.length > 20);

    disk!.fill();
    await until(() => book.unavailable > 0 || book.faults.length > 0, 20_000);
    expect(book.faults).toEqual([]);
    await until(async () => !(await readyOf(api)).body.checks.commands.ok, RECOVERED_WITHIN_MS);
    // it stays so, whether or not somebody sends commands
    for (let second = 0; second < 5; second++) {
      const { status, body } = await readyOf(api);
      expect([status, body.checks.commands]).toEqual([503, { ok: false, detail: 'cannot be stored (53100)' }]);
      await pause(1000);
    }
    expect(book.faults).toEqual([]);
    disk!.free();
    await until(() => isReady(api), RECOVERED_WITHIN_MS);
    const acknowledged = book.acknowledged.length;
    await until(() => book.acknowledged.length > acknowledged + 20, RECOVERED_WITHIN_MS);
    working.over = true;
    await work;

    expect(await observer.setAside()).toEqual([]);
    await observer.close();
    await promisesHold(server.url('anamnesis'), book);
  }, 90_000);
});
