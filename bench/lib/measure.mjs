// Closed-loop load, percentiles, and CPU accounting (Linux /proc; elsewhere the CPU columns stay empty).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { postmasterPid } from './postgres.mjs';

export const median = (values) => {
  const s = [...values].sort((a, b) => a - b);
  if (s.length === 0) return NaN;
  const m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
};

export const percentile = (sorted, p) =>
  sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];

/** (max − min) / median, in percent. */
export const spread = (values) => (100 * (Math.max(...values) - Math.min(...values))) / median(values);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const TICK_MS = 10; // USER_HZ is 100 on every Linux this runs on
const hasProc = existsSync('/proc/stat');

const statOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    ppid: Number(f[1]),
    own: (Number(f[11]) + Number(f[12])) * TICK_MS,
    reaped: (Number(f[13]) + Number(f[14])) * TICK_MS,
  };
};

/** CPU milliseconds used so far by the PostgreSQL postmaster and all its children, those that ended included. */
function postgresCpuMs() {
  const postmaster = postmasterPid();
  for (;;) {
    const before = statOf(postmaster);
    let total = before.own + before.reaped;
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const s = statOf(entry);
        if (s.ppid === postmaster) total += s.own;
      } catch {
        // the process ended between readdir and read
      }
    }
    // a child reaped meanwhile would be counted twice or not at all
    if (statOf(postmaster).reaped === before.reaped) return total;
  }
}

function machineBusyMs() {
  const f = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1).map(Number);
  const [user, nice, system, , , irq, softirq, steal] = f;
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** Resident megabytes of a process. */
export const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Cores that neighbours used in each measurement, for the statement about noise. */
export const neighbours = [];

/**
 * Cores used, on average, between two calls: by the measured process (`pid`, or this one), by PostgreSQL, by the load generator
 * (this process and its children that ended meanwhile, when another one is measured), and by everybody else.
 */
export function cpuMeter({ pid } = {}) {
  const t0 = performance.now();
  if (!hasProc) return () => ({ ours: NaN, pg: NaN, load: NaN, other: NaN });
  const sample = () => {
    const self = statOf(process.pid);
    const bench = self.own + self.reaped;
    return { ours: pid ? statOf(pid).own : self.own, pg: postgresCpuMs(), load: pid ? bench : 0, all: machineBusyMs() };
  };
  const before = sample();
  return () => {
    const wall = performance.now() - t0;
    const after = sample();
    const used = (key) => (after[key] - before[key]) / wall;
    const cpu = { ours: used('ours'), pg: used('pg'), load: used('load') };
    cpu.other = Math.max(0, used('all') - cpu.ours - cpu.pg - cpu.load);
    neighbours.push(cpu.other);
    return cpu;
  };
}

/** `clients` closed loops of `op(client, i)` for `seconds`, after `warmup` seconds that do not count. */
export async function closedLoop({ clients, seconds, warmup = 0.5, op }) {
  const latencies = [];
  let counting = false;
  let stop = false;
  let errors = 0;
  let lastError;
  const loop = async (client) => {
    for (let i = 0; !stop; i++) {
      const t0 = performance.now();
      try {
        await op(client, i);
        if (counting && !stop) latencies.push(performance.now() - t0);
      } catch (error) {
        errors++;
        lastError = error;
        if (errors > 1000) throw error;
      }
    }
  };
  const loops = Array.from({ length: clients }, (_, client) => loop(client));
  await sleep(warmup * 1000);
  counting = true;
  const meter = cpuMeter();
  const t0 = performance.now();
  await sleep(seconds * 1000);
  const wall = (performance.now() - t0) / 1000;
  counting = false;
  stop = true;
  const cpu = meter();
  await Promise.all(loops);
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / wall,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    errors,
    lastError: lastError && String(lastError.message ?? lastError),
    cpu,
  };
}

export const n0 = (x) => (Number.isFinite(x) ? Math.round(x).toLocaleString('en-US') : '–');
export const n2 = (x) => (Number.isFinite(x) ? x.toFixed(2) : '–');
