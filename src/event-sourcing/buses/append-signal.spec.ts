import { SystemScheduler } from '../scheduling/system-scheduler.js';
import { AppendSignal } from './append-signal.js';

const FOREVER = 2 ** 31 - 1;

describe('the signal of an append', () => {
  it('wakes who waits for it', async () => {
    const signal = new AppendSignal(new SystemScheduler());
    const waiting = signal.wait(signal.count, FOREVER);
    signal.raise();
    await waiting;
  });

  it('is not missed by who was still looking for what was appended before', async () => {
    const signal = new AppendSignal(new SystemScheduler());
    const seen = signal.count;
    signal.raise();
    await signal.wait(seen, FOREVER);
  });

  it('is waited for no longer than asked', async () => {
    const signal = new AppendSignal(new SystemScheduler());
    signal.raise();
    await signal.wait(signal.count, 1);
    expect(signal.count).toBe(1);
  });
});
