import type { Build } from '../support/builds.js';
import { nextBuild, OF_THE_NEXT_BUILD } from '../support/next-build.js';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import { isReady, Processes } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** As many as come together in a while in which the old build is back. */
const EVENTS = 1000;
/** Later events of one of the streams. */
const CHANGES = 600;

describe('what an older build has left to the next one', () => {
  let next: Build;
  let database: TestDatabase;
  let observer: Observer;
  const processes = new Processes(() => database.url);

  beforeAll(async () => {
    next = nextBuild();
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterAll(async () => {
    await processes.end();
    await observer?.close();
    await database?.drop();
    next?.remove();
  });

  /** One event of the type to each stream, with the demographics of a patient who is known. */
  const append = (streams: readonly string[], like: string, type: string, version: number) =>
    observer.rows(
      `select write.append_event(stream, 'patients.patient', $2::int, gen_random_uuid(), 'patients.' || $3, 1::smallint,
         case $3 when 'patient-moved-away' then '{"to": "Elsewhere"}' else data || jsonb_build_object('patientId', stream) end,
         jsonb_build_object('actor', 'registry', 'correlationId', gen_random_uuid(), 'patientId', stream), null, null)
       from unnest($1::uuid[]) stream, write.events where stream_id = $4`,
      [streams, version, type, like],
    );

  it(`is made up for without holding up anybody, ${EVENTS} events of it`, async () => {
    const env = { MOVES_FILE: '/dev/null' };
    const upgraded = await processes.start(env, { build: next });
    await until(() => isReady(upgraded));
    const { id } = await new Desk(upgraded.client('receptionist')).registersAndReads();
    await upgraded.stop();
    const rolledBack = await processes.start();
    await until(() => isReady(rolledBack));
    const patients = await observer.rows<{ id: string }>(`select gen_random_uuid() as id from generate_series(1, $1)`, [
      EVENTS,
    ]);
    const ids = patients.map((patient) => patient.id);
    await append(ids, id, 'patient-registered', 0);
    await append(ids, id, 'patient-moved-away', 1);
    // One of them goes on for long, and all of that is behind the event that was passed over.
    for (let version = 2; version < 2 + CHANGES; version++)
      await append(ids.slice(0, 1), id, 'demographics-changed', version);
    const head = await observer.head();
    await until(
      async () => (await observer.behind(head)).every((name) => OF_THE_NEXT_BUILD.subscriptions.includes(name)),
      60_000,
    );
    expect(
      await observer.value(`select count(*)::int from write.dead_letters where kind = 'passed-over'`),
    ).toBeGreaterThan(EVENTS);
    await rolledBack.stop();

    const api = await processes.start(env, { build: next });
    const desk = new Desk(api.client('receptionist'));
    await until(() => isReady(api));
    let servedMeanwhile = 0;
    while ((await observer.rows('select from write.dead_letters limit 1')).length > 0) {
      await desk.registersAndReads();
      servedMeanwhile++;
    }
    console.log(`${servedMeanwhile} were registered and read meanwhile`);
    expect(servedMeanwhile).toBeGreaterThan(0);
    await until(async () => (await observer.behind(await observer.head())).length === 0, 60_000);
    const summaries = await observer.rows(
      `select count(*)::int from read.patient_summary join write.streams on stream_id = id and (document->>'version')::int = version
       where stream_id = any($1::uuid[])`,
      [ids],
    );
    expect(summaries).toEqual([{ count: EVENTS }]);
  }, 150_000);
});
