import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import fc from 'fast-check';
import type { Client } from 'pg';
import { EventSourcingModule } from '../../src/event-sourcing/index.js';
import { assertTailIsSafe, tailOn } from '../../src/event-sourcing/tail/postgres-tail.js';
import { safePosition } from '../../src/event-sourcing/tail/safe-tail.js';
import { Counted, Counter, counterEvents } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';
import { type AppendFunction, writeForAWhile, Writer } from './writers.js';

interface Delivered {
  streamId: string;
  version: number;
  position: number;
}

const stored = `select stream_id as "streamId", stream_version as version, position from write.events`;

/** What a reader did to the events that were committed. */
function faults(committed: readonly Delivered[], delivered: readonly Delivered[]) {
  const seen = new Set(delivered.map(({ position }) => position));
  const lastVersion = new Map<string, number>();
  let outOfOrder = 0;
  for (const { streamId, version } of delivered) {
    if (version !== (lastVersion.get(streamId) ?? 0) + 1) outOfOrder++;
    lastVersion.set(streamId, version);
  }
  return {
    lost: committed.filter(({ position }) => !seen.has(position)).length,
    doubled: delivered.length - seen.size,
    outOfOrder,
  };
}

type UpTo = (connection: Pick<Client, 'query'>) => Promise<number>;

const tailPosition: UpTo = (connection) => safePosition(tailOn(connection));

/** The reader that everybody writes first: everything after my last position. */
const naivePosition: UpTo = async (connection) => {
  const { rows } = await connection.query<{ position: number }>(
    'select coalesce(max(position), 0) as position from write.events',
  );
  return rows[0]!.position;
};

class Reader {
  readonly delivered: Delivered[] = [];
  private checkpoint = 0;

  constructor(
    private readonly connection: Pick<Client, 'query'>,
    private readonly upTo: UpTo,
  ) {}

  async read(): Promise<void> {
    const upTo = await this.upTo(this.connection);
    const { rows } = await this.connection.query<Delivered>(
      `${stored} where position > ${this.checkpoint} and position <= ${upTo} order by position`,
    );
    this.delivered.push(...rows);
    this.checkpoint = Math.max(this.checkpoint, upTo);
  }
}

describe('the safe tail', () => {
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeEach(async () => (database = await createEngineDatabase()));
  afterEach(() => database.drop());

  it('delivers every committed event once and in stream order under 32 writers; a naive reader loses some', async () => {
    const delivered: Delivered[] = [];
    @EventsHandler(Counted)
    class Collector implements IEventHandler<Counted> {
      handle({ recorded: { streamId, streamVersion, position } }: Counted): void {
        delivered.push({ streamId, version: streamVersion, position });
      }
    }
    // Without the counter module's own sagas: they would answer every event with one more.
    @Module({
      imports: [EventSourcingModule.forFeature({ events: counterEvents, aggregates: [Counter] })],
      providers: [Collector],
    })
    class CollectorModule {}

    const engine = await Engine.start(database.url, { modules: [CollectorModule] });
    await engine.settle();
    const connection = await Writer.connect(database.url);
    const naive = new Reader(connection.client, naivePosition);
    let writing = true;
    const reading = (async () => {
      while (writing) {
        await naive.read();
        await pause(5);
      }
    })();

    const tally = await writeForAWhile(database.url, { writers: 32, streams: 50, seconds: 8 });
    writing = false;
    await reading;
    await naive.read();
    await engine.settle(60_000);
    const committed = (await engine.rows<Delivered & Record<string, unknown>>(
      `${stored} where type = 'engine.counted'`,
    )) as Delivered[];
    await connection.end();
    await engine.stop();

    expect(tally.committed).toBeGreaterThan(1000);
    expect(Math.min(tally.conflicts, tally.rolledBack, tally.partly)).toBeGreaterThan(0);
    expect(committed).toHaveLength(tally.committed);
    expect(faults(committed, delivered)).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 });
    expect(faults(committed, naive.delivered).lost).toBeGreaterThan(0);
  }, 90_000);

  describe('under any schedule of transactions and reads, statement by statement', () => {
    const WRITERS = 4;
    type Step =
      | { readonly who: number; readonly does: 'write'; readonly by: AppendFunction }
      | { readonly who: number; readonly does: 'take back' | 'end' | 'abort' }
      | 'read';
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 3, arbitrary: fc.constant<Step>('read') },
      {
        weight: 2,
        arbitrary: fc.record({
          who: fc.nat(WRITERS - 1),
          does: fc.constant('write' as const),
          by: fc.constantFrom<AppendFunction[]>('append_event', 'append'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          who: fc.nat(WRITERS - 1),
          does: fc.constantFrom('end' as const, 'end' as const, 'abort' as const, 'take back' as const),
        }),
      },
    );
    const schedules = fc.array(step, { minLength: 8, maxLength: 30 });

    let writers: Writer[];
    let reader: Writer;
    beforeEach(async () => {
      writers = await Promise.all(Array.from({ length: WRITERS }, () => Writer.connect(database.url)));
      reader = await Writer.connect(database.url);
    });
    afterEach(async () => {
      await Promise.all([...writers, reader].map((writer) => writer.end()));
    });

    /** Executes the steps one by one. Each `read` lets the reader send its next statement, so that writers come between any two. */
    const lostUnder = async (schedule: readonly Step[], upTo: UpTo): Promise<number> => {
      const from = await naivePosition(reader.client);
      const streams = writers.map(() => ({ id: randomUUID(), version: 0, pending: 0, open: false }));
      let permit: () => void = () => undefined;
      let answered: Promise<unknown> = Promise.resolve();
      let permitted = new Promise<void>((resolve) => (permit = resolve));
      const stepwise = {
        query: async (query: never) => {
          await permitted;
          permitted = new Promise((resolve) => (permit = resolve));
          const result = reader.client.query(query);
          answered = result;
          return result;
        },
      } as unknown as Pick<Client, 'query'>;
      const subject = new Reader(stepwise, upTo);
      let stopped = false;
      const reading = (async () => {
        while (!stopped) await subject.read();
      })();
      const letRead = async () => {
        permit();
        await pause(0);
        await answered;
        await pause(0);
      };

      for (const next of schedule) {
        if (next === 'read') {
          await letRead();
          continue;
        }
        const writer = writers[next.who]!;
        const stream = streams[next.who]!;
        if (next.does === 'write') {
          if (!stream.open) await writer.run('begin');
          stream.open = true;
          await writer.write(stream.id, stream.version + stream.pending, 1, next.by);
          stream.pending++;
        } else if (next.does === 'take back' && stream.open) {
          await writer.run('savepoint s');
          await writer.write(stream.id, stream.version + stream.pending, 2);
          await writer.run('rollback to s');
        } else if (stream.open && (next.does === 'end' || next.does === 'abort')) {
          await writer.run(next.does === 'end' ? 'commit' : 'rollback');
          if (next.does === 'end') stream.version += stream.pending;
          stream.pending = 0;
          stream.open = false;
        }
      }
      for (const [i, stream] of streams.entries()) if (stream.open) await writers[i]!.run('commit');
      // One read under way, and a whole one after it.
      for (let i = 0; i < 5; i++) await letRead();
      stopped = true;
      for (let i = 0; i < 3; i++) await letRead();
      await reading;

      const { rows } = await reader.client.query<Delivered>(`${stored} where position > ${from}`);
      const { lost, doubled, outOfOrder } = faults(
        rows,
        subject.delivered.filter(({ position }) => position > from),
      );
      return lost + doubled + outOfOrder;
    };

    it('loses, doubles and disorders nothing', async () => {
      await fc.assert(
        fc.asyncProperty(schedules, async (schedule) => {
          expect(await lostUnder(schedule, tailPosition)).toBe(0);
        }),
        { numRuns: 150 },
      );
    }, 120_000);

    it('while the naive reader is caught by the same schedules', async () => {
      const outcome = await fc.check(
        fc.asyncProperty(schedules, async (schedule) => (await lostUnder(schedule, naivePosition)) === 0),
        { numRuns: 150, endOnFailure: true },
      );
      expect(outcome.failed).toBe(true);
    }, 120_000);
  });

  it.each<AppendFunction>(['append_event', 'append'])(
    'loses nothing of the very first transaction of an empty log, by write.%s',
    async (by) => {
      const [writer, reader] = [await Writer.connect(database.url), await Writer.connect(database.url)];
      const subject = new Reader(reader.client, tailPosition);
      await writer.run('begin');
      await writer.write(randomUUID(), 0, 1, by);
      await subject.read();
      await writer.run('commit');
      await subject.read();
      await writer.end();
      await reader.end();
      expect(subject.delivered).toHaveLength(1);
    },
  );

  it('is not held back by transactions that do not append, in this database or another', async () => {
    const [idle, writer, reader] = await Promise.all([0, 1, 2].map(() => Writer.connect(database.url)));
    await idle!.run('begin');
    await idle!.client.query('create temporary table held_open (id int); insert into held_open values (1)');
    await writer!.write(randomUUID(), 0, 3);
    const subject = new Reader(reader!.client, tailPosition);
    await subject.read();
    expect(subject.delivered).toHaveLength(3);
    await idle!.run('rollback');
    await Promise.all([idle, writer, reader].map((each) => each!.end()));
  });

  it('refuses a sequence that hands out positions from a cache, and another isolation level', async () => {
    const writer = await Writer.connect(database.url);
    await expect(assertTailIsSafe(writer.client)).resolves.toBeUndefined();
    await writer.client.query('alter sequence write.event_position cache 10');
    await expect(assertTailIsSafe(writer.client)).rejects.toThrow('CACHE 1');
    await writer.client.query('alter sequence write.event_position cache 1');
    await writer.client.query(`set default_transaction_isolation = 'repeatable read'`);
    await expect(assertTailIsSafe(writer.client)).rejects.toThrow('read committed');
    await writer.end();
  });
});
