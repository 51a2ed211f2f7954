// Resident memory of the API process over very many commands.
import { anamnesisTarget } from '../http/targets.mjs';
import { wrk } from '../http/wrk.mjs';
import { options } from '../lib/config.mjs';
import { median, n0, n2, residentMb } from '../lib/measure.mjs';
import { profiledChild, profiles } from '../lib/profile.mjs';
import { atMost } from '../lib/report.mjs';

const COMMANDS = options.short ? 3_000 : 200_000;
const WARM_UP = COMMANDS / 10;
const STRETCH_SECONDS = options.short ? 1 : 10;
/** First and last quarter may differ by what a garbage collector leaves lying about. */
const FLAT = 1.1;

export async function measure() {
  const target = await anamnesisTarget(1_000, { profile: profiles('memory') });
  const started = residentMb(target.pid);
  let commands = 0;
  const samples = [];
  const timer = setInterval(() => samples.push({ commands, mb: residentMb(target.pid) }), 250);
  await profiledChild(target.child, 'memory', 'memory', async () => {
    while (commands < COMMANDS) {
      const { requests, errors, perSecond } = await wrk(target, 'create', STRETCH_SECONDS);
      if (errors > 0) throw new Error(`${errors} requests failed`);
      commands += requests;
      console.error(`memory: ${n0(commands)} commands, ${n0(perSecond)}/s, ${n0(residentMb(target.pid))} MB`);
    }
  });
  clearInterval(timer);
  const atEnd = residentMb(target.pid);
  await target.stop();

  const warm = samples.filter((sample) => sample.commands >= WARM_UP).map(({ mb }) => mb);
  const quarter = Math.max(1, Math.floor(warm.length / 4));
  const quarters = [0, 1, 2, 3].map((i) => median(warm.slice(i * quarter, i === 3 ? undefined : (i + 1) * quarter)));
  const largest = Math.max(...samples.map(({ mb }) => mb));
  return {
    title: 'Memory',
    how: `Resident memory of the API process, its projections and sagas in it, while ${n0(commands)} patients were registered on 32 connections. Medians of the quarters after the first ${n0(WARM_UP)} commands.`,
    tables: [
      {
        headers: ['at start', '1st quarter', '2nd', '3rd', '4th', 'at the end', 'largest (MB)'],
        rows: [[started, ...quarters, atEnd, largest].map((mb) => n0(mb))],
      },
    ],
    targets: [
      atMost(`memory after ${n0(COMMANDS)} commands`, atEnd, 300, ' MB'),
      atMost('memory of the last quarter to that of the first', quarters[3] / quarters[0], FLAT, ' ×'),
    ],
    notes: [`Last quarter to first: ${n2(quarters[3] / quarters[0])}.`],
  };
}
