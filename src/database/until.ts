import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition. @throws Error after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`The condition did not hold within ${timeoutMs / 1000} s`);
    await pause(20);
  }
}
