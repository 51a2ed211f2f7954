import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

/**
 * The SQL functions of taken time, driven by many connections at once, without the rest of the application: what it refuses is a
 * constraint, never a deadlock.
 */
describe('taken time', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 40 });
    // The server ends idle connections when the database is dropped.
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() => pool.query('truncate write.resource_allocations'));

  const DAY = Date.UTC(2026, 2, 2);
  const minute = (n: number) => new Date(DAY + n * 60_000).toISOString();
  const NOW = minute(0);

  interface Taking {
    readonly id?: string;
    readonly kind?: 'hold' | 'booking';
    readonly patient?: string;
    readonly resources: readonly string[];
    readonly from: number;
    readonly to: number;
    readonly buffer?: number;
    readonly expires?: number;
    readonly now?: string;
    readonly frees?: readonly string[];
    readonly onePlace?: boolean;
  }

  const takeOnce = ({ id = randomUUID(), buffer = 0, ...taking }: Taking) =>
    pool.query('select write.take_time($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)', [
      taking.kind ?? 'booking',
      id,
      taking.patient ?? randomUUID(),
      taking.resources,
      minute(taking.from),
      minute(taking.to),
      minute(taking.from - buffer),
      minute(taking.to + buffer),
      taking.expires === undefined ? null : minute(taking.expires),
      taking.now ?? NOW,
      taking.frees ?? [],
      taking.onePlace ?? false,
    ]);

  const clear = ({ resources, from, to, buffer = 0, now = NOW }: Taking) =>
    pool.query('select write.clear_expired_holds($1, $2, $3, $4)', [
      resources,
      minute(from - buffer),
      minute(to + buffer),
      now,
    ]);

  /** As a command does: expired holds are cleared away, and it is tried again, as often as the command bus would. */
  const take = async (taking: Taking, attempt = 1): Promise<unknown> => {
    try {
      return await takeOnce(taking);
    } catch (error) {
      if ((error as { constraint?: string }).constraint !== 'only_expired_holds' || attempt === 8) throw error;
      await clear(taking);
      return take(taking, attempt + 1);
    }
  };

  /** What became of it: the violated constraint, or `taken`. Anything else, such as a deadlock, fails the test. */
  const outcome = async (taking: Promise<unknown>): Promise<string> => {
    try {
      await taking;
      return 'taken';
    } catch (error) {
      const { constraint } = error as { constraint?: string };
      if (!constraint) throw error;
      return constraint;
    }
  };

  const rows = async (): Promise<{ resource: string; kind: string; appointment: string; from: number; to: number }[]> =>
    (
      await pool.query<{ resource: string; kind: string; appointment: string; from: string; to: string }>(`
        select resource_id as resource, kind, appointment_id as appointment,
          extract(epoch from lower(during)) as from, extract(epoch from upper(during)) as to
        from write.resource_allocations order by resource_id, lower(during)`)
    ).rows.map(({ from, to, ...row }) => ({
      ...row,
      from: (Number(from) * 1000 - DAY) / 60_000,
      to: (Number(to) * 1000 - DAY) / 60_000,
    }));

  const expectNoOverlap = async () => {
    const taken = await rows();
    taken.forEach((row, i) => {
      const before = taken[i - 1];
      if (before?.resource === row.resource) expect(row.from).toBeGreaterThanOrEqual(before.to);
    });
    return taken;
  };

  it('is had by one of 200 who want it at once', async () => {
    const resources = [randomUUID()];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => outcome(take({ resources, from: 540, to: 570, buffer: 5 }))),
    );
    expect(outcomes.filter((each) => each === 'taken')).toHaveLength(1);
    expect(outcomes.filter((each) => each === 'no_double_booking')).toHaveLength(199);
    expect(await rows()).toMatchObject([
      { kind: 'buffer', from: 535, to: 540 },
      { kind: 'booking', from: 540, to: 570 },
      { kind: 'buffer', from: 570, to: 575 },
    ]);
  });

  it('does not overlap, however it is wanted: any start, several resources in any order, with buffers', async () => {
    const resources = Array.from({ length: 4 }, () => randomUUID());
    const some = () => [...resources].sort(() => Math.random() - 0.5).slice(0, 1 + Math.floor(Math.random() * 3));
    const wanted = Array.from({ length: 400 }, () => {
      const from = 540 + Math.floor(Math.random() * 480);
      return { id: randomUUID(), resources: some(), from, to: from + 10 + Math.floor(Math.random() * 40), buffer: 5 };
    });
    const outcomes = await Promise.all(wanted.map((each) => outcome(take(each))));
    const had = wanted.filter((_, i) => outcomes[i] === 'taken');
    const taken = await expectNoOverlap();
    expect(taken).toHaveLength(had.reduce((sum, each) => sum + each.resources.length * 3, 0));
    expect(had.length).toBeGreaterThan(10);
  });

  it('is had of all resources or of none', async () => {
    const [doctor, room] = [randomUUID(), randomUUID()];
    await take({ resources: [room], from: 540, to: 570 });
    expect(await outcome(take({ resources: [doctor, room], from: 550, to: 580 }))).toBe('no_double_booking');
    expect(await rows()).toHaveLength(1);
  });

  it('is not swapped by two moves that cross, nor do they deadlock: each keeps its time', async () => {
    const pairs = Array.from({ length: 15 }, () => ({
      resources: [randomUUID(), randomUUID()],
      a: randomUUID(),
      b: randomUUID(),
    }));
    for (const { resources, a, b } of pairs) {
      await take({ id: a, resources, from: 540, to: 570 });
      await take({ id: b, resources, from: 600, to: 630 });
    }
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(
        pairs.flatMap(({ resources, a, b }) => [
          outcome(take({ id: a, resources, from: 600, to: 630, frees: resources })),
          outcome(take({ id: b, resources: [...resources].reverse(), from: 540, to: 570, frees: resources })),
        ]),
      );
      expect(new Set(outcomes)).toEqual(new Set(['no_double_booking']));
    }
    const taken = await expectNoOverlap();
    expect(taken).toHaveLength(pairs.length * 4);
  });

  it('is free of overlaps and deadlocks when moves and bookings of several resources meet', async () => {
    const resources = Array.from({ length: 3 }, () => randomUUID());
    const own = Array.from({ length: 8 }, (_, i) => ({ id: randomUUID(), from: 540 + 30 * i }));
    for (const { id, from } of own) await take({ id, resources, from, to: from + 30 });
    const anyStart = () => 540 + 15 * Math.floor(Math.random() * 24);
    for (let round = 0; round < 25; round++) {
      await Promise.all([
        ...own.map(({ id }) => {
          const from = anyStart();
          return outcome(take({ id, resources: resources.slice(round % 2), from, to: from + 30, frees: resources }));
        }),
        ...Array.from({ length: 8 }, (_, i) => {
          const from = anyStart();
          return outcome(take({ resources: [resources[i % 3]!, resources[(i + 1) % 3]!], from, to: from + 15 }));
        }),
      ]);
    }
    const taken = await expectNoOverlap();
    for (const { id } of own) expect(taken.some(({ appointment }) => appointment === id)).toBe(true);
  });

  it('of a hold that has expired is had by one of many', async () => {
    const resources = [randomUUID(), randomUUID()];
    for (let round = 0; round < 10; round++) {
      const from = 540 + 60 * round;
      await take({ kind: 'hold', resources, from, to: from + 30, expires: 10 });
      await take({ kind: 'hold', resources, from: from + 30, to: from + 60, expires: 10 });
      expect(await outcome(take({ resources, from, to: from + 45, now: minute(9) }))).toBe('no_double_booking');
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          outcome(
            take({
              resources: i % 2 ? resources : [...resources].reverse(),
              from: from + i,
              to: from + 45,
              now: minute(10),
            }),
          ),
        ),
      );
      expect(outcomes.filter((each) => each === 'taken')).toHaveLength(1);
    }
    await expectNoOverlap();
  });

  it('is not refused over holds that have expired, nor had before they are cleared away', async () => {
    const [doctor, room] = [randomUUID(), randomUUID()];
    const wanted = { resources: [doctor, room], from: 540, to: 570, now: minute(10) };
    await take({ kind: 'hold', resources: [room], from: 550, to: 580, expires: 10 });
    expect(await outcome(takeOnce({ ...wanted, now: minute(9) }))).toBe('no_double_booking');
    expect(await outcome(takeOnce(wanted))).toBe('only_expired_holds');
    expect(await rows()).toMatchObject([{ kind: 'hold', resource: room }]);

    await clear({ ...wanted, now: minute(9) });
    expect(await rows()).toHaveLength(1);
    await clear(wanted);
    expect(await outcome(takeOnce(wanted))).toBe('taken');
  });

  it('is refused when time in force is in the way beside an expired hold', async () => {
    const resources = [randomUUID()];
    await take({ kind: 'hold', resources, from: 540, to: 570, expires: 10 });
    await take({ resources, from: 570, to: 600 });
    expect(await outcome(takeOnce({ resources, from: 560, to: 580, now: minute(10) }))).toBe('no_double_booking');
  });

  it('is cleared of expired holds without waiting for one that is just being booked, which keeps its time', async () => {
    const resources = [randomUUID()];
    const id = randomUUID();
    await take({ id, kind: 'hold', resources, from: 540, to: 570, expires: 10 });
    const booking = await pool.connect();
    try {
      await booking.query('begin');
      await booking.query('select write.keep_time($1, $2, 1)', [id, resources]);
      await clear({ resources, from: 540, to: 570, now: minute(10) });
      await booking.query('commit');
    } finally {
      booking.release();
    }
    expect(await rows()).toMatchObject([{ kind: 'booking', appointment: id }]);
    expect(await outcome(take({ resources, from: 540, to: 570, now: minute(10) }))).toBe('no_double_booking');
  });

  it('is never empty', async () => {
    expect(await outcome(take({ resources: [randomUUID()], from: 540, to: 540 }))).toBe('time_not_empty');
  });

  it('of a patient is one place at a time where that is asked for', async () => {
    const patient = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        outcome(take({ patient, resources: [randomUUID()], from: 540, to: 570, onePlace: true })),
      ),
    );
    expect(outcomes.filter((each) => each === 'taken')).toHaveLength(1);
    expect(outcomes.filter((each) => each === 'one_place_at_a_time')).toHaveLength(19);
    expect(await outcome(take({ patient, resources: [randomUUID()], from: 550, to: 580 }))).toBe('taken');
  });

  it('of a hold becomes that of the booking, unless it was cleared away', async () => {
    const resources = [randomUUID()];
    const id = randomUUID();
    await take({ id, kind: 'hold', resources, from: 540, to: 570, buffer: 5, expires: 10 });
    await pool.query('select write.keep_time($1, $2, 3)', [id, resources]);
    expect(await rows()).toMatchObject([{ kind: 'buffer' }, { kind: 'booking' }, { kind: 'buffer' }]);
    expect(await outcome(take({ resources, from: 540, to: 570, now: minute(600) }))).toBe('no_double_booking');

    const other = randomUUID();
    await take({ id: other, kind: 'hold', resources, from: 600, to: 630, expires: 10 });
    await take({ resources, from: 600, to: 630, now: minute(11) });
    expect(await outcome(pool.query('select write.keep_time($1, $2, 1)', [other, resources]))).toBe('hold_in_force');
  });

  it('is free again when it is released', async () => {
    const resources = [randomUUID()];
    const id = randomUUID();
    await take({ id, resources, from: 540, to: 570, buffer: 5 });
    await pool.query('select write.release_time($1, $2)', [[id], resources]);
    expect(await rows()).toEqual([]);
    expect(await outcome(take({ resources, from: 540, to: 570 }))).toBe('taken');
  });
});
