import type { Client } from 'pg';
import { DomainEvent } from '../domain-event.js';
import type { EventStore } from '../store/event-store.js';
import { TailFeed } from './tail-feed.js';

class Happened extends DomainEvent<Record<string, never>> {}

const eventAt = (position: number) =>
  new Happened({}).recordedAs({
    streamId: 's',
    streamVersion: position,
    position,
    eventId: `e${position}`,
    recordedAt: '2026-03-01T09:00:00.000Z',
    metadata: { actor: 'somebody', correlationId: 'c' },
  });

/** A log of which the first `drawn` positions are committed, and how much of it was read at a time. */
class Log {
  drawn = 0;
  readonly reads: number[] = [];

  readonly connection = {
    query: ({ name }: { name: string }) =>
      Promise.resolve({ rows: [{ position: name === 'tail.highest' ? this.drawn : null }] }),
  } as unknown as Client;

  readonly store = {
    log: (after: number, upTo: number, limit: number) => {
      const length = Math.min(limit, upTo - after);
      this.reads.push(length);
      return Promise.resolve(Array.from({ length }, (_, i) => eventAt(after + 1 + i)));
    },
  } as unknown as EventStore;
}

describe('The tail', () => {
  it('takes a backlog a thousand events at a time, and delivers all of them in order', async () => {
    const log = new Log();
    const feed = await TailFeed.open(log.connection, log.store);
    log.drawn = 2_345;
    expect([await feed.poll(), await feed.poll(), await feed.poll(), await feed.poll()]).toEqual([
      1_000, 1_000, 345, 0,
    ]);
    expect(Math.max(...log.reads)).toBe(1_000);

    const delivered: number[] = [];
    for (let after = 0; after < log.drawn;) {
      const { events, upTo } = (await feed.next(after))!;
      delivered.push(...events.map(({ recorded }) => recorded.position));
      after = upTo;
    }
    expect(delivered).toEqual(Array.from({ length: log.drawn }, (_, i) => i + 1));
  });

  it('says that it has come no further than it has read', async () => {
    const log = new Log();
    const feed = await TailFeed.open(log.connection, log.store);
    log.drawn = 1_500;
    await feed.poll();
    expect(feed.position).toBe(1_000);
    await feed.poll();
    expect(feed.position).toBe(1_500);
  });
});
