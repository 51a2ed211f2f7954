import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Balancer } from '../support/balancer.js';
import type { Build } from '../support/builds.js';
import { Ledger } from '../support/ledger.js';
import { Load } from '../support/load.js';
import { nextBuild, OF_THE_NEXT_BUILD } from '../support/next-build.js';
import { Observer } from '../support/observer.js';
import { RealProcess } from '../support/process.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** `npm run rolling-deploys -- --rounds 100` for more. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);
const USERS = 4;
const HOUR = 3_600_000;
const TOKENS_WAIT_MS = 2000;
const seed = Random.seed();

describe(`${ROUNDS} rolling deploys of the next build, each rolled back, under load (SEED=${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-test-moves-'));
  const movesFile = join(folder, 'moves');
  const random = new Random(seed);
  let next: Build;
  let database: TestDatabase;
  let observer: Observer;
  let watcher: Observer;
  let balancer: Balancer;
  let load: Load;
  const started: RealProcess[] = [];
  const ofNext: RealProcess[] = [];
  /** Sent to the next build alone: only it knows these commands, or what they store. */
  const newcomers = new Ledger(ofNext, new Random(seed ^ 0xfeed));

  beforeAll(async () => {
    next = nextBuild();
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
    watcher = await Observer.on(database.url);
    balancer = await Balancer.start();
    load = new Load([balancer], seed);
  });
  afterAll(async () => {
    newcomers.close();
    await load?.abandon();
    for (const api of started) await api.kill();
    await balancer?.close();
    await observer?.close();
    await watcher?.close();
    await database?.drop();
    next?.remove();
    rmSync(folder, { recursive: true });
  });

  const start = async (build?: Build) => {
    const api = new RealProcess({
      databaseUrl: database.url,
      ...(build && { main: build.main }),
      env: { MOVES_FILE: movesFile },
    });
    started.push(api);
    await api.start();
    await balancer.add(api);
    if (build) ofNext.push(api);
    return api;
  };
  const stop = async (api: RealProcess) => {
    const place = ofNext.indexOf(api);
    if (place >= 0) ofNext.splice(place, 1);
    await balancer.drain(api);
    expect(await api.stop()).toEqual({ code: 0, signal: null });
    expect(api.stderr).toBe('');
    started.splice(started.indexOf(api), 1);
  };

  /** Somebody is registered by one request and read by the next, wherever these go. Returns what was not as it must be. */
  const readYourWrites = async (until: { over: boolean }): Promise<string[]> => {
    const failed: string[] = [];
    const reader = balancer.client('receptionist');
    while (!until.over && load.ledger.goesOn) {
      const written = await load.register();
      if (!written) continue;
      const { headers, body } = written;
      const answer = await reader.get(`/v1/patients/${body.id}`, {
        'consistency-token': headers.get('consistency-token')!,
      });
      if (answer.status !== 200) failed.push(`GET answered ${answer.status}: ${await whatIsKnownOf(body.id)}`);
      await pause(20);
    }
    return failed;
  };

  /** For whoever has to find out why somebody could not be read: whether they can be by now, and who is at it. */
  const whatIsKnownOf = async (id: string): Promise<string> => {
    const [known] = await watcher.rows(
      `select exists (select from read.patient_summary where id = $1) as readable,
         (select jsonb_agg(to_jsonb(e) - 'data') from write.events e where stream_id = $1) as events,
         (select jsonb_agg(to_jsonb(s)) from write.subscriptions s where name = 'projection:patient_summary@1') as subscription,
         (select jsonb_agg(to_jsonb(d)) from write.dead_letters d where stream_id = $1) as aside`,
      [id],
    );
    return JSON.stringify(known);
  };

  /** Kinds of what was set aside: it may be made up for within the round. */
  const kept = new Set<string>();

  /** As long as nobody holds a subscription, nobody reads what was written since: less than a token waits. */
  const watchHolders = async (until: { over: boolean }): Promise<string[]> => {
    const { subscriptions } = OF_THE_NEXT_BUILD;
    const freeSince = new Map<string, number>();
    const free = new Set<string>();
    while (!until.over) {
      const now = Date.now();
      const found = await watcher.rows<{ name: string }>(
        'select name from write.subscriptions where (owner is null or lease_until < now()) and not name = any($1::text[])',
        [subscriptions],
      );
      const names = new Set(found.map(({ name }) => name));
      for (const name of freeSince.keys()) if (!names.has(name)) freeSince.delete(name);
      for (const name of names) {
        const since = freeSince.get(name) ?? now;
        freeSince.set(name, since);
        if (now - since > TOKENS_WAIT_MS) free.add(name);
      }
      for (const { kind } of await watcher.rows<{ kind: string }>('select distinct kind from write.dead_letters'))
        kept.add(kind);
      await pause(50);
    }
    return [...free];
  };

  let visits = 0;
  let room: string | undefined;
  let service: string | undefined;
  /** A patient with an appointment moves away, and another one gets a number: both as the next build stores it. */
  const comeAndGo = async () => {
    room ??= (
      await newcomers.command('admin', 'POST', '/v1/schedules', {
        resource: { type: 'room', name: 'Room 4' },
        timeZone: 'UTC',
        weeklyHours: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => ({
          day,
          from: '00:00',
          to: '24:00',
        })),
      })
    )?.body.id as string;
    service ??= (
      await newcomers.command('admin', 'POST', '/v1/service-types', { name: 'Farewell visit', durationMinutes: 60 })
    )?.body.id as string;
    const demographics = { name: { family: 'Wanderer', given: [] }, birthDate: '1980-02-29', gender: 'female' };
    const register = async () =>
      String((await newcomers.command('receptionist', 'POST', '/v1/patients', demographics))?.body.id);
    const marries = async (patientId: string, version: number) =>
      newcomers.command(
        'receptionist',
        'PUT',
        `/v1/patients/${patientId}/demographics`,
        { change: 'new', ...demographics, name: { family: 'Settler', given: [] } },
        { 'if-match': `"${version}"` },
      );

    const wanderer = await register();
    await newcomers.command('receptionist', 'POST', '/v1/appointments', {
      patientId: wanderer,
      serviceTypeId: service,
      resourceIds: [room],
      start: new Date(Math.ceil(Date.now() / HOUR) * HOUR + (24 + ++visits) * HOUR).toISOString(),
    });
    await newcomers.command('receptionist', 'POST', `/v1/patients/${wanderer}/move`, { reason: 'Elsewhere' });

    const numbered = await register();
    await newcomers.command('receptionist', 'POST', `/v1/patients/${numbered}/identifiers`, {
      system: 'urn:oid:1.2.36.146.595.217.0.1',
      value: `N${seed}-${visits}`,
    });
    await marries(numbered, 2);
  };
  const comeAndGoWhile = async (until: { over: boolean }) => {
    while (!until.over && newcomers.goesOn) {
      await comeAndGo();
      await pause(random.below(100));
    }
  };
  const during = async (work: (until: { over: boolean }) => Promise<unknown>, step: () => Promise<unknown>) => {
    const until = { over: false };
    const under = work(until);
    try {
      await step();
    } finally {
      until.over = true;
      await under;
    }
  };

  it(
    'fail no request, and lose no event to any projection, saga or handler of either build',
    async () => {
      let current = await start();
      await load.start(USERS);
      const reading = { over: false };
      const failedReads = readYourWrites(reading);
      const leftFree = watchHolders(reading);
      for (let round = 1; round <= ROUNDS; round++) {
        await load.goOn(20);
        const upgraded = await start(next);
        await during(comeAndGoWhile, async () => {
          await load.goOn(10);
          // Now and then both are there for longer, and have shared the work out.
          if (round % 4 === 1) await pause(2 * TOKENS_WAIT_MS);
          await stop(current);
          await load.goOn(10);
          // Rolled back: from here on the old build meets what the new one has stored, and goes on storing.
          current = await start();
          await load.goOn(10);
        });
        await stop(upgraded);
        await load.goOn(20);
      }
      await load.stop();
      reading.over = true;

      const { ledger } = load;
      expect(await failedReads).toEqual([]);
      expect(await leftFree).toEqual([]);
      expect([...balancer.faults, ...ledger.faults, ...newcomers.faults]).toEqual([]);
      expect({ unavailable: ledger.unavailable, lost: ledger.lost }).toEqual({ unavailable: 0, lost: [] });
      expect({ unavailable: newcomers.unavailable, lost: newcomers.lost }).toEqual({ unavailable: 0, lost: [] });

      // The old build kept for the new one what it could not handle, and the new one makes up for it.
      expect([...kept]).toEqual(expect.arrayContaining(['passed-over', 'unreadable']));
      await start(next);
      // as long as it is there, it sets aside what the new one goes on to store
      await stop(current);
      const moves = await observer.rows<{ position: number; patient: string }>(
        `select position, stream_id as patient from write.events where type = 'patients.patient-moved-away'`,
      );
      expect(moves.length).toBeGreaterThanOrEqual(ROUNDS);
      await until(async () => (await observer.setAside()).length === 0, 30_000);
      await promisesHold(
        database.url,
        {
          acknowledged: [...ledger.acknowledged, ...newcomers.acknowledged],
          refused: [...ledger.refused, ...newcomers.refused],
          faults: [],
        },
        OF_THE_NEXT_BUILD,
      );
      for (const contradictions of NOT_MADE_UP_FOR) expect(await observer.rows(contradictions)).toEqual([]);
      const noted = existsSync(movesFile) ? readFileSync(movesFile, 'utf8').trim().split('\n').map(Number) : [];
      expect(moves.filter(({ position }) => !noted.includes(position))).toEqual([]);
    },
    60_000 + ROUNDS * 40_000,
  );
});

/** Rows are events that somebody in the next build should have handled, and did not, or not once. */
const NOT_MADE_UP_FOR = [
  `select stream_id as not_in_the_new_table from write.events
   left join read.patient_move on id = stream_id where type = 'patients.patient-moved-away' and id is null`,
  `select stream_id, version, document->>'version' as shown from write.streams left join read.patient_summary on id = stream_id
   where stream_type = 'patients.patient' and (document->>'version')::int is distinct from version`,
  `select stream_id, position, document->'identifiers' as shown from write.events left join read.patient_summary on id = stream_id
   where type = 'patients.identifier-assigned' and not coalesce(document::jsonb->'identifiers' @> jsonb_build_array(data->'identifier'), false)`,
  `select event_id, saga, commands.count from write.events
   cross join unnest(array['saga:BidFarewell', 'saga:CancelAppointmentsOfDeceased']) saga
   left join lateral (
     select count(*) from write.pending_commands c where c.event_id = events.event_id and c.saga = saga.saga and status = 'done'
   ) commands on true
   where type = 'patients.patient-moved-away' and commands.count <> 1`,
  `select stream_id, count(*) as farewells from write.events where type in ('patients.patient-moved-away', 'patients.farewell-sent')
   group by 1 having count(*) filter (where type = 'patients.farewell-sent') <> 1`,
  `select patient_id, status from read.appointment_summary where status = 'booked'
   and patient_id in (select stream_id from write.events where type = 'patients.patient-moved-away')`,
];
