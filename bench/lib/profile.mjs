// CPU profiles of our own process, and where their time goes: self time by package and by function.
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { options, resultsFolder } from './config.mjs';

export const profiles = (section) => options.profile === section;

const fileOf = (name) => {
  mkdirSync(resultsFolder, { recursive: true });
  return path.join(resultsFolder, `${name}.cpuprofile`);
};

/** Runs `work` under the profiler of this process, when its section is profiled. */
export async function profiled(section, name, work) {
  if (!profiles(section)) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const file = fileOf(name);
  writeFileSync(file, JSON.stringify(profile));
  print(file);
  return result;
}

/** The same for a child that was started with `profilerPreload` and a channel. */
export async function profiledChild(child, section, name, work) {
  if (!profiles(section) || !child.channel) return work();
  const file = fileOf(name);
  await ask(child, { profile: 'start' });
  const result = await work();
  await ask(child, { profile: 'stop', file });
  print(file);
  return result;
}

export const profilerPreload = path.join(import.meta.dirname, 'profile-preload.mjs');

async function ask(child, message) {
  const answered = once(child, 'message');
  child.send(message);
  await answered;
}

function print(file) {
  const { busySeconds, packages, functions } = summarise(file);
  console.error(`\n${file}: ${busySeconds.toFixed(1)} s busy\n${packages.join('\n')}\n\n${functions.join('\n')}\n`);
}

export function summarise(file, top = 25) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const functions = new Map();
  const packages = new Map();
  let busy = 0;
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (functionName === '(idle)' || functionName === '(program)') return;
    const us = timeDeltas[i];
    busy += us;
    const place = packageOf(url) || functionName;
    packages.set(place, (packages.get(place) ?? 0) + us);
    const name = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
    functions.set(name, (functions.get(name) ?? 0) + us);
  });
  const share = (map) =>
    [...map]
      .sort((a, b) => b[1] - a[1])
      .slice(0, top)
      .map(([name, us]) => `${((100 * us) / busy).toFixed(1).padStart(5)} %  ${name}`);
  return { busySeconds: busy / 1e6, packages: share(packages), functions: share(functions) };
}

function packageOf(url) {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url);
  if (dependency) return dependency[1];
  const own = /dist\/(src\/[^/]+)/.exec(url);
  if (own) return own[1];
  return url.startsWith('node:') ? url.split('/').slice(0, 2).join('/') : undefined;
}
