import { randomUUID } from 'node:crypto';
import { type Check, check, IMPATIENT, LOCK_NOT_AVAILABLE, PATIENT, sqlStateOf, waits } from './check.js';
import { absenceChecks } from './absence.checks.js';
import { floorChecks } from './floor.checks.js';
import { eventsOf, versionOf } from './stored.js';
import type { WriteSide } from './write-side.js';

/** A new stream with one event. */
async function stream(on: WriteSide): Promise<string> {
  const id = randomUUID();
  await on.appendEvent({ stream: id });
  return id;
}

export const appendEventChecks: Check[] = [
  check('stores the event as it was given, as the first one of a new stream', async (database) => {
    const on = await database.connect();
    const [id, event] = [randomUUID(), randomUUID()];
    const given = { type: 'engine.doubled', schemaVersion: 3, data: { of: 7 }, metadata: { actor: 'somebody' } };
    const position = await on.appendEvent({ stream: id, kind: 'engine.kind', event, ...given });
    expect(await on.rows('select * from write.events where stream_id = $1', [id])).toEqual([
      {
        position,
        stream_id: id,
        stream_version: 1,
        event_id: event,
        type: 'engine.doubled',
        schema_version: 3,
        data: { of: 7 },
        metadata: { actor: 'somebody' },
        recorded_at: expect.stringMatching(/^20\d\d-/),
      },
    ]);
    expect(await on.rows('select * from write.streams where stream_id = $1', [id])).toEqual([
      { stream_id: id, stream_type: 'engine.kind', version: 1 },
    ]);
  }),

  check('adds an event to a stream that is at the expected version', async (database) => {
    const on = await database.connect();
    const id = await stream(on);
    const positions = [
      await on.appendEvent({ stream: id, expected: 1 }),
      await on.appendEvent({ stream: id, expected: 2 }),
    ];
    const events = await eventsOf(on, id);
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(events.slice(1).map(({ position }) => position)).toEqual(positions);
    expect(await versionOf(on, id)).toBe(3);
  }),

  check('stores nothing and returns 0 when the stream is at another version, earlier or later', async (database) => {
    const on = await database.connect();
    const id = await stream(on);
    await on.appendEvent({ stream: id, expected: 1 });
    expect(await on.appendEvent({ stream: id, expected: 1 })).toBe(0);
    expect(await on.appendEvent({ stream: id, expected: 3 })).toBe(0);
    expect(await versionOf(on, id)).toBe(2);
    expect(await eventsOf(on, id)).toHaveLength(2);
  }),

  check('stores nothing and returns 0 when a stream that should be new is there', async (database) => {
    const on = await database.connect();
    const id = await stream(on);
    expect(await on.appendEvent({ stream: id, expected: 0 })).toBe(0);
    expect(await eventsOf(on, id)).toHaveLength(1);
  }),

  check('leaves the transaction of its caller as it was when there is a conflict', async (database) => {
    const on = await database.connect();
    const [id, other] = [await stream(on), randomUUID()];
    await on.run('begin');
    await on.appendEvent({ stream: other });
    expect(await on.appendEvent({ stream: id, expected: 5 })).toBe(0);
    await on.run('commit');
    expect(await versionOf(on, other)).toBe(1);
  }),

  check('waits for another on the same stream, and goes by how that ends', async (database) => {
    const [first, second, third] = [await database.connect(), await database.connect(), await database.connect()];
    const id = await stream(first);
    for (const end of ['commit', 'rollback']) {
      const expected = (await versionOf(first, id))!;
      await first.run('begin');
      await first.appendEvent({ stream: id, expected });
      const later = second.appendEvent({ stream: id, expected });
      await waits(later, second, third);
      await first.run(end);
      expect((await later) > 0).toBe(end === 'rollback');
    }
  }),

  check(
    'stores nothing and returns 0 when a guarded stream is at another version, or is not there',
    async (database) => {
      const on = await database.connect();
      const [guard, id] = [await stream(on), randomUUID()];
      await on.appendEvent({ stream: guard, expected: 1 });
      for (const version of [1, 3]) {
        expect(await on.appendEvent({ stream: id, guard: { stream: guard, version } })).toBe(0);
      }
      expect(await on.appendEvent({ stream: id, guard: { stream: randomUUID(), version: 1 } })).toBe(0);
      expect(await versionOf(on, id)).toBeUndefined();
      expect(await on.appendEvent({ stream: id, guard: { stream: guard, version: 2 } })).toBeGreaterThan(0);
    },
  ),

  check('lets nobody change a guarded stream before its own transaction has ended', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const guard = await stream(on);
    await on.run('begin');
    await on.appendEvent({ stream: randomUUID(), guard: { stream: guard, version: 1 } });
    await other.run(IMPATIENT);
    expect(await sqlStateOf(other.appendEvent({ stream: guard, expected: 1 }))).toBe(LOCK_NOT_AVAILABLE);
    await on.run('commit');
    expect(await other.appendEvent({ stream: guard, expected: 1 })).toBeGreaterThan(0);
  }),

  check('lets others guard the same stream at the same time', async (database) => {
    const [on, other] = [await database.connect(), await database.connect()];
    const guard = { stream: await stream(on), version: 1 };
    await on.run('begin');
    await on.appendEvent({ stream: randomUUID(), guard });
    await other.run(PATIENT);
    expect(await other.appendEvent({ stream: randomUUID(), guard })).toBeGreaterThan(0);
  }),

  check('records no event earlier than the one before it in its stream', async (database) => {
    const on = await database.connect();
    const [id, other] = [await stream(on), await stream(on)];
    await on.rows(`update write.events set recorded_at = '2999-01-01T00:00:00Z' where stream_id = $1`, [id]);
    await on.appendEvent({ stream: id, expected: 1 });
    await on.appendEvent({ stream: other, expected: 1 });
    const years = (await eventsOf(on, id, other)).map(({ recordedAt }) => recordedAt.slice(0, 4));
    const now = expect.not.stringMatching('2999') as string;
    expect(years).toEqual(['2999', now, '2999', now]);
  }),

  check('appends for the application, which may not do so by itself', async (database) => {
    const on = await database.connect();
    await on.run('set role anamnesis_app');
    const id = randomUUID();
    expect(await on.appendEvent({ stream: id })).toBeGreaterThan(0);
    expect(await sqlStateOf(on.rows(`insert into write.streams values ($1, 'x', 1)`, [randomUUID()]))).toBe('42501');
    expect(await sqlStateOf(on.rows('delete from write.events where stream_id = $1', [id]))).toBe('42501');
  }),

  check('is not led astray by tables of the same names that its caller made', async (database) => {
    const on = await database.connect();
    await on.run('set role anamnesis_app');
    await on.run('create temporary table streams (like write.streams including all)');
    await on.run('create temporary table events (like write.events including all)');
    await on.run('grant all on streams, events to public');
    await on.run('set search_path = pg_temp, public');
    const id = randomUUID();
    await on.appendEvent({ stream: id });
    await on.run('reset search_path');
    expect(await versionOf(on, id)).toBe(1);
    expect(await eventsOf(on, id)).toHaveLength(1);
  }),

  ...absenceChecks(
    async (on, id) => (await on.appendEvent({ stream: randomUUID(), guard: { stream: id, version: 0 } })) > 0,
  ),
  ...floorChecks((on, id, expected) => on.appendEvent({ stream: id, expected })),
];
