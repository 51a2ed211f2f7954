import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { cpuMeter } from '../lib/measure.mjs';

const script = path.join(import.meta.dirname, 'wrk.lua');
let salt = Math.floor(Date.now() / 1000) % 1_000_000;

export const hasWrk = () => spawnSync('wrk', ['-v']).error === undefined;

/** One run of wrk: 1 thread, `connections` keep-alive connections. Updates take ids that no run before has taken. */
export async function wrk(target, op, seconds, connections = 32) {
  salt++;
  const { origin, idsFile, dialect, token, pid, resourcesFile, serviceTypeId } = target;
  const meter = cpuMeter({ pid });
  const { stdout } = await promisify(execFile)(
    'wrk',
    ['-t1', `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, '--timeout', '10s', '-s', script, origin],
    {
      env: {
        ...process.env,
        WRK_OP: op,
        WRK_IDS: idsFile,
        WRK_DIALECT: dialect,
        WRK_SALT: String(salt),
        WRK_FROM: String(target.updated ?? 0),
        WRK_BOOKED: String(target.booked ?? 0),
        ...(token && { WRK_TOKEN: token }),
        ...(resourcesFile && { WRK_RESOURCES: resourcesFile, WRK_SERVICE: serviceTypeId }),
      },
    },
  );
  const cpu = meter();
  const line = stdout.split('\n').find((text) => text.startsWith('JSON '));
  const { requests, us, p50, p99, non2xx, broken } = JSON.parse(line.slice(5));
  if (op === 'update') target.updated = (target.updated ?? 0) + requests + connections;
  if (op === 'book') target.booked = (target.booked ?? 0) + Math.ceil((requests + connections) / 400) + 1;
  return {
    perSecond: requests / (us / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    errors: non2xx + broken,
    lastError: `${non2xx} statuses, ${broken} connections`,
    requests,
    cpu,
  };
}
