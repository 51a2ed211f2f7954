import { setTimeout as pause } from 'node:timers/promises';
import type { SubscriptionStatus } from '../event-sourcing/index.js';

/** Nobody gets anywhere for so long: something is stuck, and waiting does not help. */
const STUCK_MS = 15_000;

/** Waits until what was imported can be read. Returns false when the read models do not get on. */
export async function catchUp(status: SubscriptionStatus, signal: AbortSignal): Promise<boolean> {
  let reached = '';
  let since = Date.now();
  while (!signal.aborted) {
    const states = await status.states();
    if (states.every(({ caughtUp }) => caughtUp)) return true;
    const positions = states.map(({ position }) => position).join();
    if (positions !== reached) {
      reached = positions;
      since = Date.now();
    }
    if (Date.now() - since > STUCK_MS) return false;
    await pause(100);
  }
  return false;
}
