// Servers and other processes that the benchmarks start. None of them outlives the run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const children = new Set();

/** A Node process; what it writes to its standard error is shown. */
export function node(args, { cwd, env, ipc = false }) {
  const stdio = ['ignore', 'ignore', 'inherit', ...(ipc ? ['ipc'] : [])];
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(patience);
}

export const stopChildren = () => Promise.all([...children].map(stopChild));
