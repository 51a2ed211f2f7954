import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Desk } from '../support/patients.js';
import { RealProcess } from '../support/process.js';
import { isReady, linesOf } from '../support/processes.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 20_000;

describe('the embedded server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-test-embedded-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'postgres/data');
  const control = join(data, 'global/pg_control');
  const api = new RealProcess({ env: { DATA_FOLDER: folder } });

  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  it('that was killed, and cannot start for a while, is started as soon as it can, and not in silence', async () => {
    await api.start();
    await until(() => isReady(api));
    const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    // No server starts without it.
    renameSync(control, `${control}.away`);
    process.kill(postmaster, 'SIGQUIT');
    await until(async () => !(await isReady(api)));
    await pause(10_000);
    expect(await isReady(api)).toBe(false);
    expect((await api.client().get('/health/live')).status).toBe(200);
    const said = [...linesOf(api, /embedded/i), ...api.stderr.split('\n').filter((line) => /embedded/i.test(line))];
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThan(20);

    renameSync(`${control}.away`, control);
    await until(() => isReady(api), RECOVERED_WITHIN_MS);
    await new Desk(api.client('receptionist')).registersAndReads();
  }, 90_000);
});
