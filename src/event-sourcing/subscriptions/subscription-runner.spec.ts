import { setImmediate as turn } from 'node:timers/promises';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { TailFeed } from '../tail/tail-feed.js';
import type { Consumer } from './consumer.js';
import { SubscriptionRunner } from './subscription-runner.js';
import type { Briefing, SetAside, SubscriptionStore } from './subscription-store.js';

const aside: SetAside = { streamId: 's', kind: 'unreadable', type: 'test.came', schemaVersion: 1 };
const never = () => new Promise<never>(() => undefined);

describe('What a runner reads ahead', () => {
  it('may fail while old events are made up for, and ends no process', async () => {
    const consumer = { name: 's', types: new Set(['test.came']), passesOver: new Set() } as unknown as Consumer;
    const feed = {
      position: 1,
      next: () => Promise.reject(new Error('the log cannot be read')),
      watch: () => undefined,
      canRead: () => true,
      nudge: () => undefined,
    } as unknown as TailFeed;
    const store = {
      brief: () => Promise.resolve(new Map<string, Briefing>([['s', { declared: new Map(), setAside: [aside] }]])),
      lettersOf: jest.fn(never),
    };
    const claim = { name: 's', position: 0, epoch: 1, troubled: false };
    const events = { progressed: () => undefined, setAside: () => undefined };
    const scheduler = { now: () => 0 } as unknown as Scheduler;
    new SubscriptionRunner(consumer, claim, feed, store as unknown as SubscriptionStore, scheduler, events);
    await turn();
    await turn();
    // a rejection of which nobody hears fails the test by itself, as it ends a process
    expect(store.lettersOf).toHaveBeenCalled();
  });
});
