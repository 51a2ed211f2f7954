import { DomainEvent } from '../domain-event.js';
import { EventCatalogue } from '../event-catalogue.js';
import { Log, type LogRow, type Stretch, type StretchBounds } from './log.js';
import type { Floor, TailConnection } from './safe-tail.js';
import { TailFeed } from './tail-feed.js';

class Happened extends DomainEvent<Record<string, never>> {}

const catalogue = new EventCatalogue();
catalogue.add({ 'test.happened': { event: Happened } });

/** A log of which the first `drawn` positions are committed, and how much of it was read at a time. */
class MemoryLog extends Log implements TailConnection {
  drawn = 0;
  declared = 1;
  bytesOfEach = 300;
  readonly reads: number[] = [];
  typesAsked: readonly string[] = [];

  highest(): Promise<number> {
    return Promise.resolve(this.drawn);
  }
  floor(): Promise<Floor> {
    return Promise.resolve({ declared: this.declared });
  }

  read(after: number, upTo: number, types: readonly string[], bounds: StretchBounds): Promise<Stretch> {
    this.typesAsked = types;
    const length = Math.min(bounds.rows, upTo - after, Math.ceil(bounds.bytes / this.bytesOfEach));
    this.reads.push(length);
    const rows = Array.from({ length }, (_, i) => this.rowAt(after + 1 + i));
    return Promise.resolve({ rows, upTo: after + length });
  }

  at(positions: readonly number[]): Promise<LogRow[]> {
    return Promise.resolve(positions.map((position) => this.rowAt(position)));
  }

  private rowAt(position: number): LogRow {
    return {
      position,
      streamId: 's',
      streamVersion: position,
      eventId: `e${position}`,
      type: 'test.happened',
      schemaVersion: 1,
      data: '{}',
      metadata: '{"actor":"somebody","correlationId":"c"}',
      recordedAt: '2026-03-01T09:00:00.000Z',
      size: this.bytesOfEach,
    };
  }
}

const feedOf = async (log: MemoryLog) => {
  const feed = await TailFeed.open(log, log, catalogue);
  feed.watch(['test.happened']);
  return feed;
};

async function deliveredFrom(feed: TailFeed, from: number, to: number): Promise<number[]> {
  const delivered: number[] = [];
  for (let after = from; after < to;) {
    const { events, upTo } = (await feed.next(after))!;
    delivered.push(...events.map((event) => event.revive().recorded.position));
    after = upTo;
  }
  return delivered;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('The tail', () => {
  it('takes a backlog a thousand events at a time, and delivers all of them in order', async () => {
    const log = new MemoryLog();
    const feed = await feedOf(log);
    log.drawn = 2_345;
    expect([await feed.poll(), await feed.poll(), await feed.poll(), await feed.poll()]).toEqual([
      1_000, 1_000, 345, 0,
    ]);
    expect(Math.max(...log.reads)).toBe(1_000);
    expect(await deliveredFrom(feed, 0, log.drawn)).toEqual(upTo(log.drawn));
  });

  it('says that it has come no further than it has read', async () => {
    const log = new MemoryLog();
    const feed = await feedOf(log);
    log.drawn = 1_500;
    await feed.poll();
    expect(feed.position).toBe(1_000);
    await feed.poll();
    expect(feed.position).toBe(1_500);
  });

  it('takes fewer events at a time the larger they are, and keeps fewer of them', async () => {
    const log = new MemoryLog();
    const feed = await feedOf(log);
    log.bytesOfEach = 50_000;
    log.drawn = 200;
    while (feed.position < log.drawn) await feed.poll();
    expect(Math.max(...log.reads)).toBe(10);
    const sizes: number[] = [];
    for (let after = 0; after < log.drawn;) {
      const batch = (await feed.next(after))!;
      sizes.push(batch.events.length);
      after = batch.upTo;
    }
    expect(Math.max(...sizes)).toBe(8);
    // all but the last 2 MB were not kept, so they were read again
    expect(log.reads.slice(20)).toEqual(Array<number>(20).fill(8));
  });

  it('reads a stretch once for all who are behind', async () => {
    const log = new MemoryLog();
    log.drawn = 3_000;
    const feed = await feedOf(log);
    const readers = Array.from({ length: 22 }, () => deliveredFrom(feed, 0, 3_000));
    for (const delivered of await Promise.all(readers)) expect(delivered).toEqual(upTo(3_000));
    expect(log.reads).toEqual([500, 500, 500, 500, 500, 500]);
  });

  it('asks for no type that nobody handles, and reads again what it has when another type is handled', async () => {
    const log = new MemoryLog();
    const feed = await feedOf(log);
    log.drawn = 10;
    await feed.poll();
    expect(log.typesAsked).toEqual(['test.happened']);
    feed.watch(['test.happened']);
    await feed.next(0);
    expect(log.reads).toHaveLength(1);
    feed.watch(['test.else']);
    await feed.next(0);
    expect(log.reads).toHaveLength(2);
    expect(log.typesAsked).toEqual(['test.happened', 'test.else']);
  });

  it('hands out nothing that came after a declaration before it has told of it', async () => {
    const log = new MemoryLog();
    const feed = await feedOf(log);
    const told: number[] = [];
    feed.onDeclared = () => Promise.resolve(void told.push(feed.position));
    log.drawn = 10;
    await feed.poll();
    expect(told).toEqual([]);
    log.drawn = 20;
    log.declared = 2;
    await feed.poll();
    expect({ told, position: feed.position }).toEqual({ told: [10], position: 20 });

    log.drawn = 30;
    log.declared = 3;
    feed.onDeclared = () => Promise.reject(new Error('no answer'));
    await expect(feed.poll()).rejects.toThrow('no answer');
    expect(feed.position).toBe(20);
    feed.onDeclared = () => Promise.resolve(void told.push(feed.position));
    await feed.poll();
    expect({ told, position: feed.position }).toEqual({ told: [10, 20], position: 30 });
  });

  it('lets go of who does not want to wait any more, and of all when it stops', async () => {
    const feed = await feedOf(new MemoryLog());
    const stopped = { aborted: false };
    const [one, other] = [feed.next(0, stopped), feed.next(0)];
    stopped.aborted = true;
    feed.nudge();
    expect(await one).toBeUndefined();
    feed.stop();
    expect(await other).toBeUndefined();
  });
});
