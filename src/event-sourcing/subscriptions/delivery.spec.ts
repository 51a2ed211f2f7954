import { DomainEvent } from '../domain-event.js';
import { EventCatalogue } from '../event-catalogue.js';
import { Scheduler } from '../scheduling/scheduler.js';
import { LoggedEvent } from '../tail/logged-event.js';
import type { LogRow } from '../tail/log.js';
import type { TailFeed } from '../tail/tail-feed.js';
import type { Checkpoint } from './checkpoint.js';
import { BatchTooLarge, type Consumer, EventFault } from './consumer.js';
import { Delivery } from './delivery.js';
import { Standing } from './standing.js';
import type { Briefing, SubscriptionStore } from './subscription-store.js';

class Came extends DomainEvent<{ n: number }> {}

const catalogue = new EventCatalogue();
catalogue.add({ 'test.came': { event: Came } });

/** Time that passes at once. */
class Hurried extends Scheduler {
  now(): number {
    return 0;
  }
  pause(): Promise<void> {
    return Promise.resolve();
  }
  turn(): undefined {
    return undefined;
  }
}

const rowAt = (position: number, streamId: string, type = 'test.came', schemaVersion = 1): LogRow => ({
  position,
  streamId,
  streamVersion: position,
  eventId: `e${position}`,
  type,
  schemaVersion,
  data: JSON.stringify({ n: position }),
  metadata: '{"actor":"somebody","correlationId":"c"}',
  recordedAt: '2026-03-01T09:00:00.000Z',
  size: 300,
});

type Handle = (positions: readonly number[], step: Checkpoint) => void;

interface Options {
  readonly handle?: Handle;
  readonly declared?: Readonly<Record<string, number>>;
}

/** A subscription whose consumer handles `test.came`, and what it stored. */
function subscription({ handle = () => undefined, declared = {} }: Options = {}) {
  const applied: number[][] = [];
  const aside: string[] = [];
  let stored = 0;
  const store = (step: Checkpoint) => {
    expect(step.from).toBe(stored);
    stored = step.to;
    for (const { row, kind } of step.setsAside ?? []) aside.push(`${row.position} ${kind}`);
    return Promise.resolve();
  };
  const consumer: Consumer = {
    name: 's',
    startsAt: 'beginning',
    types: new Set(['test.came']),
    passesOver: new Set(),
    largestBatch: 100,
    apply: async (events, step) => {
      const positions = events.map(({ recorded }) => recorded.position);
      handle(positions, step);
      await store(step);
      applied.push(positions);
      return true;
    },
  };
  const briefing: Briefing = { declared: new Map(Object.entries(declared)), setAside: [] };
  const delivery = new Delivery(
    consumer,
    new Standing(consumer, { name: 's', position: 0, epoch: 1, troubled: false }, briefing),
    {} as TailFeed,
    { checkpoint: store } as unknown as SubscriptionStore,
    new Hurried(),
    { progressed: () => undefined, setAside: () => undefined },
  );
  const deliver = (...rows: LogRow[]) =>
    delivery.deliver(
      rows.map((row) => new LoggedEvent(row, catalogue)),
      rows.at(-1)!.position + 10,
      { aborted: false },
    );
  return { deliver, applied, aside, storedUpTo: () => stored };
}

const at = (position: number) =>
  Object.assign(new Came({ n: position })).recordedAs({
    ...rowAt(position, 's'),
    metadata: { actor: '', correlationId: '' },
  });
const faultOf = (position: number, mayPass = false) =>
  new EventFault(at(position), new Error('cannot be handled'), mayPass);

describe('a batch', () => {
  it('is handled in one go, up to its end', async () => {
    const s = subscription();
    await s.deliver(rowAt(1, 'a'), rowAt(2, 'b'), rowAt(3, 'a'));
    expect(s.applied).toEqual([[1, 2, 3]]);
    expect(s.storedUpTo()).toBe(13);
  });

  it.each([
    ['at once where it fails for ever', false, [6, 1]],
    ['after some attempts where it may yet pass', true, [6, 1, 1, 1, 1]],
  ])(
    'is divided around an event at fault, set aside with the later ones of its stream %s',
    async (_when, mayPass, expected) => {
      const tries: number[] = [];
      const s = subscription({
        handle: (positions) => {
          if (!positions.includes(3)) return;
          tries.push(positions.length);
          throw faultOf(3, mayPass);
        },
      });
      await s.deliver(rowAt(1, 'a'), rowAt(2, 'b'), rowAt(3, 'a'), rowAt(4, 'b'), rowAt(5, 'a'), rowAt(6, 'c'));
      expect(s.applied).toEqual([
        [1, 2],
        [4, 6],
      ]);
      expect(s.aside).toEqual(['3 failed', '5 behind']);
      expect(tries).toEqual(expected);
      await s.deliver(rowAt(20, 'a'), rowAt(21, 'b'));
      expect(s.applied.at(-1)).toEqual([21]);
      expect(s.aside.at(-1)).toBe('20 behind');
    },
  );

  it('is handled one by one where it is not known which event is at fault', async () => {
    const s = subscription({
      handle: (positions) => {
        if (positions.includes(2)) throw new EventFault(undefined, new Error('value too long'));
      },
    });
    await s.deliver(rowAt(1, 'a'), rowAt(2, 'b'), rowAt(3, 'c'));
    expect(s.applied).toEqual([[1], [3]]);
    expect(s.aside).toEqual(['2 failed']);
  });

  it('is halved until what it makes can be written', async () => {
    const s = subscription({
      handle: (positions) => {
        if (positions.length > 2) throw new BatchTooLarge();
      },
    });
    await s.deliver(...[1, 2, 3, 4, 5].map((n) => rowAt(n, `s${n}`)));
    expect(s.applied.flat()).toEqual([1, 2, 3, 4, 5]);
  });

  it('is nobody’s fault where the trouble is none of the event: it is thrown, and nothing is set aside', async () => {
    const s = subscription({
      handle: () => {
        throw new Error('permission denied');
      },
    });
    await expect(s.deliver(rowAt(1, 'a'))).rejects.toThrow('permission denied');
    expect([s.aside, s.storedUpTo()]).toEqual([[], 0]);
  });

  it('is tried again where others were in the way', async () => {
    let inTheWay = 3;
    const s = subscription({
      handle: () => {
        if (inTheWay-- > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      },
    });
    await s.deliver(rowAt(1, 'a'));
    expect([s.applied, s.aside]).toEqual([[[1]], []]);
  });

  it('costs nothing where its types concern nobody, and keeps for other builds what only they handle', async () => {
    const s = subscription({ declared: { 'test.of-the-next': 2 } });
    await s.deliver(
      rowAt(1, 'a', 'test.of-the-next'),
      rowAt(3, 'a', 'test.of-the-next'),
      rowAt(4, 'a'),
      rowAt(5, 'b', 'test.unheard-of'),
      rowAt(6, 'b'),
    );
    expect(s.applied).toEqual([[6]]);
    expect(s.aside).toEqual(['3 passed-over', '4 behind']);
  });

  it('sets aside what this build cannot revive, and goes on with the rest', async () => {
    const s = subscription();
    await s.deliver(rowAt(1, 'a', 'test.came', 2), rowAt(2, 'a'), rowAt(3, 'b'));
    expect(s.applied).toEqual([[3]]);
    expect(s.aside).toEqual(['1 unreadable', '2 behind']);
  });
});
